#!/usr/bin/env bash
# Runs a private RabbitMQ node from the distribution's package in the folder that it is started in, with a name daemon of its own, until it is told to stop.
set -euo pipefail

# As the server's own user from here on: root would follow the links that this user can put into its folder.
if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups -- "$0"; fi

folder=$(pwd -P)
script=$(ls -d /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server 2>/dev/null | sort -V | tail -1 || true)
[ -n "$script" ] || { echo "RabbitMQ is not installed: apt-get install rabbitmq-server" >&2; exit 1; }

(umask 077; cat >"$folder/rabbitmq.conf" <<CONF
# Written at every start.
listeners.tcp.1 = 127.0.0.1:$SERVER_TCP_PORT
management.tcp.ip = 127.0.0.1
management.tcp.port = $SERVER_MANAGEMENT_PORT
default_user = guest
default_pass = $RABBITMQ_DEFAULT_PASS
log.console = true
log.console.level = info
log.console.use_colors = off
log.file = false
vm_memory_high_watermark.relative = 0.25
disk_free_limit.absolute = 256MB
# The write-ahead log of quorum queues is held in memory as well: 512 MB by default.
raft.wal_max_size_bytes = 67108864
management.sample_retention_policies.global.minute = 5
management.sample_retention_policies.basic.minute = 5
management.sample_retention_policies.detailed.10 = 5
CONF
)
echo '[rabbitmq_management].' >"$folder/enabled_plugins"
# Whoever knows the cookie commands the node. Erlang's own has about 30 random bits.
if [ ! -e "$folder/.erlang.cookie" ]; then
    (umask 377; head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$folder/.erlang.cookie.new")
    mv "$folder/.erlang.cookie.new" "$folder/.erlang.cookie"
fi

export HOME=$folder ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$SERVER_EPMD_PORT RABBITMQ_DIST_PORT=$SERVER_DISTRIBUTION_PORT
export RABBITMQ_NODENAME=insp1r-$(echo "$folder" | sha256sum | cut -c1-8)@localhost
export RABBITMQ_CONFIG_FILE=$folder/rabbitmq.conf RABBITMQ_ADVANCED_CONFIG_FILE=$folder/advanced.config
export RABBITMQ_CONF_ENV_FILE=$folder/rabbitmq-env.conf RABBITMQ_ENABLED_PLUGINS_FILE=$folder/enabled_plugins
export RABBITMQ_MNESIA_BASE=$folder/data RABBITMQ_LOG_BASE=$folder/log
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
# The script then becomes the node, instead of a shell around it.
export RUNNING_UNDER_SYSTEMD=true
unset RABBITMQ_DEFAULT_PASS

# Started by the node, the name daemon would live on; so it ends with the node, which takes this script's place.
setpriv --pdeathsig TERM -- epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 &
exec setpriv --pdeathsig TERM -- "$script"
