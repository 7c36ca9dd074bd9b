#!/usr/bin/env bash
# Runs a private PostgreSQL server from the distribution's binaries in the folder that it is started in, until it is told to stop.
set -euo pipefail

# The server refuses to run as root. What follows is done as its own user too: root would follow the links that this user can put into its folder.
if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0"; fi

folder=$(pwd -P)
data=$folder/data
version=$(cat "$data/PG_VERSION" 2>/dev/null || ls /usr/lib/postgresql 2>/dev/null | sort -n | tail -1 || true)
bin=/usr/lib/postgresql/$version/bin
[ -x "$bin/postgres" ] || { echo "PostgreSQL ${version:-} is not installed: apt-get install postgresql${version:+-$version}" >&2; exit 1; }

if [ ! -e "$data" ]; then
    # Made beside its place and moved there when whole.
    rm -rf "$data.new"
    trap 'rm -f "$folder/password"' EXIT
    (umask 077; printf '%s\n' "$POSTGRES_PASSWORD" >"$folder/password")
    "$bin/initdb" -D "$data.new" -U postgres -E UTF8 --locale=C -A scram-sha-256 --pwfile="$folder/password" -N >/dev/null
    "$bin/initdb" -S -D "$data.new"
    rm "$folder/password"
    trap - EXIT
    echo "include = 'insp1r.conf'" >>"$data.new/postgresql.conf"
    mv "$data.new" "$data"
fi
unset POSTGRES_PASSWORD

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

# Processes of a server that was killed hard are let finish: two servers on one data folder would destroy it.
serving() { for process in /proc/[0-9]*; do [ "$(readlink "$process/cwd" 2>/dev/null)" != "$data" ] || echo "${process#/proc/}"; done; }
for _ in $(seq 150); do
    left=$(serving)
    [ -n "$left" ] || break
    kill -INT $left 2>/dev/null || true
    sleep 0.1
done
[ -z "$left" ] || { echo "Another server still uses $data (process $left)." >&2; exit 1; }
# Nobody serves the data any more; the id in it may belong to another process by now, which would make this server refuse to start.
rm -f "$data/postmaster.pid"

# Asked to terminate, PostgreSQL waits for its clients; interrupted, it ends their sessions. The same if this script is killed.
setpriv --pdeathsig INT -- "$bin/postgres" -D "$data" &
trap 'kill -INT $! 2>/dev/null' TERM INT HUP
wait $! || true
wait $!
