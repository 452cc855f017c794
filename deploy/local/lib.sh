# shellcheck shell=bash
# Shared by deploy/local/{up,down,status,env}, deploy/quickstart and tests/run; sourced, never run.
#
# Everything lies in one data folder:
#
#   $ONECASE_DATA/            default /var/tmp/onecase-$UID
#     .onecase-local          marker: the folder is ours and may be erased
#     state                   ports, number of brokers, cluster id (shell assignments)
#     run/NAME.pid            "PID STARTTIME BOOTID" of what we started
#     log/NAME.log            what it said
#     kafka/node-N/           settings and data of each broker
#     kafka/more.properties   settings of your own for all brokers, if there
#     postgresql/             database cluster
#     pgpass                  its password, readable by the caller alone
#     kcat.conf               kcat's settings: the brokers, and the partitioner that agrees with ours
#
# Kafka's jars lie in $ONECASE_CACHE, which all data folders of a user share: brokers of another one may be running on them,
# so that erasing a data folder must not take them away.
#
# Invariant: a process is signalled only when its id, its start time and this boot are those written when we started it.

LOCAL_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT_DIR=$(cd "$LOCAL_DIR/../.." && pwd)
DATA=${ONECASE_DATA:-/var/tmp/onecase-$UID}
case $DATA in /*) ;; *) DATA=$PWD/$DATA ;; esac
CACHE=${ONECASE_CACHE:-/var/tmp/onecase-cache-$UID}
MARKER=.onecase-local
PGUSER_LOCAL=onecase
PGDATABASE_LOCAL=onecase

KAFKA_READY_LIMIT_S=240
POSTGRES_READY_LIMIT_S=180
STOP_LIMIT_S=60
LOCK_LIMIT_S=300
DOWNLOAD_LIMIT_S=600
INSTALL_LIMIT_S=900

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() {
    warn "${0##*/}: $*"
    exit 1
}
usage_error() {
    warn "${0##*/}: $* (see --help)"
    exit 64
}
# help_from_head: the comment at the head of the calling script is its --help.
help_from_head() { awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$0"; }

# --- data folder -----------------------------------------------------------------------------------------------------

# is_foreign: the data folder is there, is not marked as ours and is not empty.
is_foreign() {
    [ -d "$DATA" ] && [ ! -e "$DATA/$MARKER" ] || return 1
    [ -O "$DATA" ] || die "$DATA belongs to somebody else; set ONECASE_DATA to another folder"
    [ -n "$(find "$DATA" -mindepth 1 -maxdepth 1 -print -quit)" ]
}

# claim_folder: makes the data folder ours, or stops when somebody else's things are in it.
claim_folder() {
    if [ -e "$DATA" ] && [ ! -d "$DATA" ]; then die "$DATA is not a folder"; fi
    if is_foreign; then
        die "$DATA holds other files and has no marker $MARKER; set ONECASE_DATA to an empty or new folder"
    fi
    mkdir -p "$DATA" || die "cannot make the data folder $DATA; set ONECASE_DATA to another folder"
    chmod 755 "$DATA" || die "$DATA belongs to somebody else; set ONECASE_DATA to another folder"
    [ -e "$DATA/$MARKER" ] || say "onecase local servers" >"$DATA/$MARKER"
    mkdir -p "$DATA/run" "$DATA/log"
}

has_folder() { [ -e "$DATA/$MARKER" ]; }

# lock_folder: one up or down at a time.
lock_folder() {
    exec 9>"$DATA/.lock"
    flock -w "$LOCK_LIMIT_S" 9 || die "waited $LOCK_LIMIT_S s for another up or down on $DATA to end"
}

load_state() {
    BROKERS=1 KAFKA_PORTS="" CONTROLLER_PORTS="" POSTGRES_PORT="" CLUSTER_ID=""
    [ -f "$DATA/state" ] || return 1
    [ -O "$DATA/state" ] || die "$DATA/state belongs to somebody else; set ONECASE_DATA to another folder"
    # shellcheck disable=SC1091
    . "$DATA/state"
}

save_state() {
    {
        printf 'BROKERS=%q\nKAFKA_PORTS=%q\nCONTROLLER_PORTS=%q\n' "$BROKERS" "$KAFKA_PORTS" "$CONTROLLER_PORTS"
        printf 'POSTGRES_PORT=%q\nCLUSTER_ID=%q\n' "$POSTGRES_PORT" "$CLUSTER_ID"
    } >"$DATA/state.new"
    mv "$DATA/state.new" "$DATA/state"
    printf 'bootstrap.servers=%s\ntopic.partitioner=murmur2_random\n' "$(broker_list)" >"$DATA/kcat.conf"
}

# broker_list: what ONECASE_BROKERS is to hold.
broker_list() {
    local port list=""
    for port in $KAFKA_PORTS; do list="$list${list:+,}127.0.0.1:$port"; done
    say "$list"
}

# use_servers: points this shell's clients at the local servers.
use_servers() {
    ONECASE_BROKERS=$(broker_list)
    export ONECASE_BROKERS PGHOST=127.0.0.1 PGPORT=$POSTGRES_PORT PGDATABASE=$PGDATABASE_LOCAL PGUSER=$PGUSER_LOCAL
    export PGPASSFILE=$DATA/pgpass PGCONNECT_TIMEOUT=5 KCAT_CONFIG=$DATA/kcat.conf
    unset PGPASSWORD PGSERVICE PGOPTIONS PGHOSTADDR
}

# brokers_known PORT: how many brokers the one on that port knows; 0 when it does not answer.
brokers_known() { timeout 15 kcat -b "127.0.0.1:$1" -X reconnect.backoff.max.ms=500 -L -m 10 2>/dev/null 9>&- | grep -c '^  broker [0-9]'; }
broker_answers() { [ "$(brokers_known "$1")" -gt 0 ]; }
all_brokers_known() { [ "$(brokers_known "$1")" -eq "$BROKERS" ]; }
postgres_answers() { [ "$(psql -X -d postgres -Atc 'SELECT 1' 2>/dev/null 9>&-)" = 1 ]; }

# --- processes -------------------------------------------------------------------------------------------------------

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# start_time PID: clock ticks since boot, field 22 of stat; the command in brackets before may hold spaces.
start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) }
    # shellcheck disable=SC2086
    set -- $stat
    say "${20}"
}

record_process() { # NAME PID
    printf '%s %s %s\n' "$2" "$(start_time "$2")" "$(boot_id)" >"$DATA/run/$1.pid"
}

# running NAME: true and sets PID when the process we started under that name still runs; else PID is empty.
running() {
    local pid started boot
    PID=""
    [ -f "$DATA/run/$1.pid" ] || return 1
    read -r pid started boot <"$DATA/run/$1.pid" || return 1
    [[ $pid =~ ^[0-9]+$ ]] && [ "$boot" = "$(boot_id)" ] && [ "$started" = "$(start_time "$pid")" ] && ! is_zombie "$pid" || return 1
    PID=$pid
}

is_zombie() { [[ $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) == Z* ]]; }

# start_process NAME AS COMMAND...: in the background, in a session of its own. AS is "server" (the servers' user, in the
# data folder) or "caller" (whoever we are, in the project's folder, from which our programs find deploy/).
start_process() {
    local name=$1 as=$2
    shift 2
    local prefix=() folder=$PROJECT_DIR
    if [ "$as" = server ]; then server_prefix prefix && folder=$DATA; fi
    : >>"$DATA/log/$name.log"
    (cd "$folder" && exec setsid "${prefix[@]}" "$@") </dev/null >>"$DATA/log/$name.log" 2>&1 9>&- &
    record_process "$name" "$!"
    disown "$!"
}

# tell_to_stop NAME SIGNAL: signals what we started under that name; false when it does not run.
tell_to_stop() {
    running "$1" || return 1
    kill -"$2" "$PID" 2>/dev/null || true
}

# await_stop NAME: until it is gone; kills it when the limit passes.
await_stop() {
    local name=$1 deadline=$((SECONDS + STOP_LIMIT_S)) pid
    read -r pid _ <"$DATA/run/$name.pid"
    while running "$name"; do
        if [ $SECONDS -ge $deadline ]; then
            warn "$name (pid $pid) did not end within $STOP_LIMIT_S s; killing it"
            kill -KILL "$pid" 2>/dev/null || true
            deadline=$((SECONDS + STOP_LIMIT_S))
        fi
        sleep 0.1
    done
    say "stopped $name (pid $pid)"
}

# wait_ready NAME LIMIT WHAT COMMAND...: until COMMAND succeeds; shows the log when the process dies or the limit passes.
wait_ready() {
    local name=$1 limit=$2 what=$3 deadline=$((SECONDS + $2))
    shift 3
    until "$@"; do
        if ! running "$name"; then
            show_log "$name"
            die "$name ended while waiting for $what; its log: $DATA/log/$name.log"
        fi
        if [ $SECONDS -ge $deadline ]; then
            show_log "$name"
            die "waited $limit s for $what; its log: $DATA/log/$name.log"
        fi
        sleep 0.2
    done
}

show_log() {
    warn "--- last lines of $DATA/log/$1.log"
    tail -n 20 "$DATA/log/$1.log" >&2 || true
    warn "---"
}

# server_prefix ARRAY: how to run a server: as an unprivileged user when we are root, since PostgreSQL refuses root.
server_prefix() {
    local -n into=$1
    into=()
    if [ "$UID" -eq 0 ]; then
        into=(setpriv --reuid "$(server_user)" --regid "$(id -g "$(server_user)")" --init-groups
            env HOME=/nonexistent)
    fi
}

server_user() {
    local user
    for user in ${ONECASE_SERVER_USER:-postgres nobody}; do
        if id -u "$user" >/dev/null 2>&1; then
            say "$user"
            return
        fi
    done
    die "no user ${ONECASE_SERVER_USER:-postgres or nobody} to run the servers as; set ONECASE_SERVER_USER"
}

# as_server COMMAND...: runs it as the servers' user, in the data folder.
as_server() {
    local prefix
    server_prefix prefix
    (cd "$DATA" && "${prefix[@]}" "$@") 9>&-
}

# give_to_server FOLDER: makes it, owned by the servers' user and closed to others.
give_to_server() {
    mkdir -p "$1"
    chmod 700 "$1"
    if [ "$UID" -eq 0 ]; then chown "$(server_user)" "$1"; fi
    as_server test -x "$1" || die "user $(server_user) cannot enter $1: a folder above it is closed; choose another ONECASE_DATA"
}

# --- ports -----------------------------------------------------------------------------------------------------------

# port_free PORT: nothing on this machine listens on it; asked of the kernel's tables, so that no tool is needed.
port_free() {
    local hex tables=(/proc/net/tcp)
    hex=$(printf ':%04X' "$1")
    if [ -e /proc/net/tcp6 ]; then tables+=(/proc/net/tcp6); fi
    # 0A is LISTEN; what else lingers on the port after a stop does not hinder a new server.
    ! awk -v port="$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }' "${tables[@]}"
}

# choose_port DEFAULT TAKEN: DEFAULT when free (0 = no wish), else a random free one below the ephemeral range.
choose_port() {
    local try port=$1 taken=" $2 "
    for try in {1..200}; do
        if [ "$port" -ne 0 ] && [[ $taken != *" $port "* ]] && port_free "$port"; then
            say "$port"
            return
        fi
        port=$((15000 + (RANDOM * 32768 + RANDOM) % 17000))
    done
    die "found no free port in $try tries"
}

# --- packages --------------------------------------------------------------------------------------------------------

# packages SECTION...: the names in these sections of the list.
packages() {
    awk -v wanted=" $* " '
        /^\[/ { gsub(/[][]/, ""); on = index(wanted, " " $1 " ") > 0; next }
        { sub(/#.*/, "") }
        on && NF { print $1 }' "$LOCAL_DIR/packages"
}

packages_missing() {
    local name
    for name in $(packages "$@"); do
        case $name in maven | openjdk-*) [ -n "${KAFKA_HOME:-}" ] && command -v java >/dev/null && continue ;; esac
        [ "$(dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | head -n 1)" = installed ] || say "$name"
    done
}

# ensure_packages SECTION...: installs what is missing when root, else says in one line what to run.
ensure_packages() {
    local missing
    if ! command -v dpkg-query >/dev/null; then
        warn "not a Debian system: going on without a check of packages (the list is $LOCAL_DIR/packages)"
        return
    fi
    missing=$(packages_missing "$@" | tr '\n' ' ')
    missing=${missing% }
    [ -n "$missing" ] || return 0
    if [ "$UID" -ne 0 ]; then
        warn "missing packages; run as root: apt-get install --no-install-recommends $missing"
        exit 1
    fi
    say "installing $missing"
    # A subshell, so that its trap undoes the guards whatever happens.
    # shellcheck disable=SC2086
    (install_packages $missing) || die "could not install $missing"
}

install_packages() {
    local log=/var/tmp/onecase-apt.$$.log status=0
    GUARDED_RC=0 GUARDED_CONF=0
    trap 'undo_guards' EXIT
    trap 'exit 130' INT TERM
    guard_services
    apt_get "$log" update || warn "apt-get update failed; trying the lists that are there"
    if [[ " $* " == *" postgresql "* ]]; then
        apt_install "$log" postgresql-common || status=1
        [ $status -eq 0 ] && guard_cluster
    fi
    [ $status -eq 0 ] && { apt_install "$log" "$@" || status=1; }
    if [ $status -ne 0 ]; then
        tail -n 20 "$log" >&2
        die "apt-get failed; its output: $log"
    fi
    rm -f "$log"
}

# apt_install LOG PACKAGE...: tries twice, with fresh lists the second time.
apt_install() {
    local log=$1
    shift
    apt_get "$log" install --no-install-recommends "$@" && return
    apt_get "$log" update || true
    apt_get "$log" install --no-install-recommends "$@"
}

apt_get() {
    local log=$1
    shift
    DEBIAN_FRONTEND=noninteractive timeout "$INSTALL_LIMIT_S" apt-get -y -q -o DPkg::Lock::Timeout=300 \
        -o Acquire::Retries=2 -o Acquire::http::Timeout=30 "$@" </dev/null >>"$log" 2>&1 9>&-
}

# guard_services: no package may start a service while we install; the machine's own policy is put back by undo_guards.
# A policy of ours that a killed run left behind is recognised by its second line and not kept as the machine's.
guard_services() {
    local policy=/usr/sbin/policy-rc.d
    if [ -e $policy ] && ! grep -qs '^# onecase' $policy; then mv $policy $policy.onecase-saved; fi
    printf '#!/bin/sh\n# onecase: for the time of an installation\nexit 101\n' >$policy
    chmod 755 $policy
    GUARDED_RC=1
}

# guard_cluster: Debian's postgresql would make and start a cluster "main" on 5432.
guard_cluster() {
    local conf=/etc/postgresql-common/createcluster.conf
    [ -e $conf ] || return 0
    [ -e $conf.onecase-saved ] || cp -p $conf $conf.onecase-saved
    printf '\ncreate_main_cluster = false\n' >>$conf
    GUARDED_CONF=1
}

undo_guards() {
    local policy=/usr/sbin/policy-rc.d conf=/etc/postgresql-common/createcluster.conf
    if [ "$GUARDED_RC" -eq 1 ]; then
        rm -f $policy
        if [ -e $policy.onecase-saved ]; then mv $policy.onecase-saved $policy; fi
    fi
    if [ "$GUARDED_CONF" -eq 1 ]; then mv $conf.onecase-saved $conf; fi
}

# --- the project's own -----------------------------------------------------------------------------------------------

# bin_folder: where the built programs are; release before dev.
bin_folder() {
    local preset
    for preset in release dev; do
        if [ -x "$PROJECT_DIR/build/$preset/bin/onecase" ]; then
            say "$PROJECT_DIR/build/$preset/bin"
            return
        fi
    done
    say "$PROJECT_DIR/build/release/bin"
}

built_program() {
    local path
    path=$(bin_folder)/$1
    [ -x "$path" ] && say "$path"
}

# deploy_schema DATABASE: with Sqitch, verified; needs use_servers first.
deploy_schema() {
    local log=$DATA/log/sqitch.log
    if ! (cd "$PROJECT_DIR/migrations" && SQITCH_FULLNAME=onecase SQITCH_EMAIL=onecase@localhost \
        timeout 120 sqitch deploy --verify "db:pg:$1") >"$log" 2>&1 9>&-; then
        tail -n 20 "$log" >&2
        die "could not deploy the schema into the database $1; Sqitch's output: $log"
    fi
    say "schema of database $1: $(tail -n 1 "$log")"
}

# build PRESET [TARGET...]: configures and builds; shows the output only when it fails.
build() {
    local preset=$1 log=$PROJECT_DIR/build/$1.log targets=()
    shift
    if [ $# -gt 0 ]; then targets=(--target "$@"); fi
    mkdir -p "$PROJECT_DIR/build"
    if ! (cd "$PROJECT_DIR" && cmake --preset "$preset" && cmake --build --preset "$preset" "${targets[@]}") >"$log" 2>&1 9>&-; then
        # Ninja's progress only hides what went wrong.
        grep -vE '^\[[0-9]+/[0-9]+\] ' "$log" | tail -n 40 >&2
        die "could not build preset $preset; the output: $log"
    fi
}

# make_venv REQUIREMENTS: a virtual environment of $PYTHON with these packages; sets VENV. One for each version of the
# requirements, made aside of all others and whole once its file "complete" is there.
make_venv() {
    local python=${PYTHON:-/usr/bin/python3} requirements=$1 build=$PROJECT_DIR/build
    VENV=$build/venv-$(cat "$requirements" <("$python" -V) | sha256sum | cut -c 1-12)
    if [ -e "$VENV/complete" ]; then return; fi
    rm -rf "$VENV"
    mkdir -p "$build"
    warn "making a virtual environment for $requirements"
    if ! { "$python" -m venv "$VENV" && timeout "$DOWNLOAD_LIMIT_S" "$VENV/bin/pip" install -q --no-input \
        --disable-pip-version-check -r "$requirements"; } >"$build/venv.log" 2>&1 9>&-; then
        tail -n 20 "$build/venv.log" >&2
        die "could not install $requirements; pip's output: $build/venv.log"
    fi
    : >"$VENV/complete"
}
