#!/usr/bin/env bash
# Runs a private PostgreSQL server from the distribution's binaries in the folder that it is started in, until it is told to stop.
set -euo pipefail
folder=$PWD
data=$folder/data
version=$(cat "$data/PG_VERSION" 2>/dev/null || ls /usr/lib/postgresql | sort -n | tail -1)
bin=/usr/lib/postgresql/$version/bin
[ -x "$bin/postgres" ] || { echo "PostgreSQL ${version:-} is not installed: apt-get install postgresql${version:+-$version}" >&2; exit 1; }

# The server refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then
    as=(--reuid=postgres --regid=postgres --init-groups)
    chown postgres:postgres "$folder"
fi

if [ ! -e "$data" ]; then
    # Made beside its place and moved there when whole.
    rm -rf "$data.new"
    (umask 077; echo "$POSTGRES_PASSWORD" >"$folder/password")
    if [ ${#as[@]} -gt 0 ]; then chown postgres:postgres "$folder/password"; fi
    setpriv "${as[@]}" -- "$bin/initdb" -D "$data.new" -U postgres -E UTF8 --locale=C -A scram-sha-256 --pwfile="$folder/password" -N >/dev/null
    setpriv "${as[@]}" -- "$bin/initdb" -S -D "$data.new"
    rm "$folder/password"
    echo "include = 'insp1r.conf'" >>"$data.new/postgresql.conf"
    mv "$data.new" "$data"
fi

cat >"$data/insp1r.conf" <<CONF
# Written at every start.
listen_addresses = '127.0.0.1'
port = $SERVER_TCP_PORT
unix_socket_directories = ''
max_connections = 300
shared_buffers = 128MB
# A first bulk load is planned for only once it was analysed: look for that every few seconds, not every minute.
autovacuum_naptime = 5s
idle_in_transaction_session_timeout = 60s
# Short statements only: compiling them costs more than it gains.
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = off
log_checkpoints = off
# The details of an error quote rows, and with them people.
log_error_verbosity = terse
CONF

# Left by a server that was killed hard: its id may belong to another process by now, which would make this one refuse to start.
if [ -e "$data/postmaster.pid" ]; then
    old=$(head -1 "$data/postmaster.pid")
    if [ "$(readlink "/proc/$old/cwd")" = "$data" ]; then
        kill -INT "$old" 2>/dev/null || true
        for _ in $(seq 150); do [ -e "/proc/$old" ] || break; sleep 0.1; done
    fi
    rm -f "$data/postmaster.pid"
fi

# Asked to terminate, PostgreSQL waits for its clients; interrupted, it ends their sessions. The same if this script is killed.
setpriv "${as[@]}" --pdeathsig INT -- "$bin/postgres" -D "$data" &
trap 'kill -INT $! 2>/dev/null' TERM INT HUP
wait $! || true
wait $!
