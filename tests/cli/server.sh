# SPDX-License-Identifier: GPL-2.0-or-later
# A real web server for tests: nginx on free loopback ports, plain and with TLS by certificates of a CA of its own.
# Source it behind lib.sh (or import.sh), then call server_start; the server ends with the test, however that ends.
# shellcheck shell=bash disable=SC2034,SC2154
# Sets: server (its folder), server_root (what it serves, at /), http and https (ports), and https_self_signed,
# https_expired, https_early, https_other_name, https_unknown: ports with a certificate that is self-signed, expired,
# not valid yet, for another name, by a CA that nobody trusts. $server/ca.pem is the CA; the good certificate is for
# 127.0.0.1, localhost and feed.example.
server=$work/server
server_root=$server/root
server_certificates=(good self_signed expired early other_name unknown)
server_pids=()
nginx_pid=
mkdir -p "$server_root"
touch "$server"/{locations.conf,maps.conf,access.log}

server_available() { # whether all that is needed is installed
    command -v nginx >/dev/null && command -v openssl >/dev/null
}

# server_end_all: ends what was started here, nginx last.
server_end_all() {
    [ ${#server_pids[@]} -eq 0 ] || kill "${server_pids[@]}" 2>/dev/null
    server_stop
}
trap 'server_end_all; rm -rf "$work"' EXIT

# ---- certificates ------------------------------------------------------------------------------------------------

# server_sign CA NAME START END: a key and a certificate NAME.pem, for the names in $server/NAME.ext.
server_sign() {
    local ca=$1 name=$2 start=$3 end=$4
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -out "$name.csr" \
        -subj "/CN=$name" &&
        openssl ca -batch -config ca.conf -name "$ca" -in "$name.csr" -out "$name.pem" -extfile "$name.ext" -notext \
            -startdate "$start" -enddate "$end"
}

server_make_certificates() (
    cd "$server" || exit
    local ca past soon later
    past=$(date -u -d '-30 days' +%Y%m%d%H%M%SZ)
    soon=$(date -u -d '+30 days' +%Y%m%d%H%M%SZ)
    later=$(date -u -d '+60 days' +%Y%m%d%H%M%SZ)
    for ca in ca stranger; do
        printf '[%s]\ndatabase=%s.index\nserial=%s.serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\n' $ca $ca $ca
        printf 'certificate=%s.pem\nprivate_key=%s.key\nunique_subject=no\n' $ca $ca
        : >$ca.index
        echo 1000 >$ca.serial
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $ca.key -out $ca.pem -days 30 \
            -subj "/CN=$ca of a test" >&2
    done >ca.conf
    printf '[any]\ncommonName=supplied\n' >>ca.conf
    for name in good expired early unknown; do
        echo 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:feed.example' >$name.ext
    done
    echo 'subjectAltName=DNS:other.example' >other_name.ext
    server_sign ca good "$past" "$later"
    server_sign ca expired "$past" "$(date -u -d '-1 day' +%Y%m%d%H%M%SZ)"
    server_sign ca early "$soon" "$later"
    server_sign ca other_name "$past" "$later"
    server_sign stranger unknown "$past" "$later"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout self_signed.key -out self_signed.pem \
        -days 30 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1
) >"$server/openssl.log" 2>&1

# ---- nginx -------------------------------------------------------------------------------------------------------

# server_free_ports NUMBER: that many, which were free a moment ago.
server_free_ports() {
    /usr/bin/python3 -c '
import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in sockets))' "$1"
}

# server_write_config: nginx.conf for the ports in $server_ports. What tests add to $server/locations.conf (server
# level) and $server/maps.conf (http level) is part of it.
server_write_config() {
    local i listen=()
    read -ra listen <<<"$server_ports"
    {
        [ "$(id -u)" -ne 0 ] || echo "user root;"
        # One worker: what it logs is in the order in which it happened.
        echo "daemon off; worker_processes 1; pid $server/nginx.pid; error_log $server/error.log;"
        echo "events { worker_connections 512; }"
        echo "http {"
        for i in client_body proxy fastcgi uwsgi scgi; do
            echo "${i}_temp_path $server/temp_$i;"
        done
        # shellcheck disable=SC2016 # for nginx
        printf '%s' 'log_format told '\''$request_method $request_uri $status $body_bytes_sent range="$http_range"' \
            ' etag="$http_if_none_match" since="$http_if_modified_since" agent="$http_user_agent"' \
            ' type="$content_type" login="$http_authorization" cookie="$http_cookie" body="$request_body" time=$msec'\'';'
        echo "access_log $server/access.log told; default_type application/octet-stream;"
        echo "include $server/maps.conf;"
        echo "server { listen 127.0.0.1:${listen[0]}; include $server/site.conf; }"
        for i in "${!server_certificates[@]}"; do
            echo "server { listen 127.0.0.1:${listen[i + 1]} ssl; ssl_certificate $server/${server_certificates[i]}.pem;"
            echo "ssl_certificate_key $server/${server_certificates[i]}.key; include $server/site.conf; }"
        done
        echo "}"
    } >"$server/nginx.conf"
    echo "root $server_root; location = /.marker { return 204; } include $server/locations.conf;" >"$server/site.conf"
}

# server_answers PORT: whether somebody takes connections there.
server_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# server_run: starts nginx; fails when it ends at once, as it does when a port was taken meanwhile.
server_run() {
    server_write_config
    setpriv --pdeathsig TERM nginx -c "$server/nginx.conf" -p "$server" -e "$server/error.log" >"$server/nginx.out" 2>&1 &
    nginx_pid=$!
    while kill -0 "$nginx_pid" 2>/dev/null; do
        # The last one that it listens on, and it is this nginx.
        [ ! -s "$server/nginx.pid" ] || ! server_answers "${server_ports##* }" || return 0
        sleep 0.02
    done
    nginx_pid=
    return 1
}

server_stop() {
    [ -n "$nginx_pid" ] || return 0
    kill "$nginx_pid" 2>/dev/null
    wait "$nginx_pid" 2>/dev/null
    rm -f "$server/nginx.pid"
    nginx_pid=
}

# server_start: on free ports. Returns non-zero when there is no way.
server_start() {
    local tries
    server_make_certificates
    for tries in 1 2 3 4 5 6 7 8 9 10; do
        server_ports=$(server_free_ports $((${#server_certificates[@]} + 1)))
        read -r http https https_self_signed https_expired https_early https_other_name https_unknown <<<"$server_ports"
        if server_run; then return 0; fi
    done
    echo "nginx does not start after $tries attempts:" >&2
    cat "$server"/{openssl.log,nginx.out,error.log} >&2
    return 1
}

# server_restart: with what was added to the configuration, on the same ports.
server_restart() {
    server_stop
    server_run || { cat "$server"/{nginx.out,error.log} >&2; return 1; }
}

# server_add TEXT...: adds to what the server knows, as "location /x { return 404; }"; for server_restart.
server_add() { printf '%s\n' "$@" >>"$server/locations.conf"; }

# server_add_map TEXT...: the same at the level of "map" and "limit_req_zone".
server_add_map() { printf '%s\n' "$@" >>"$server/maps.conf"; }

# server_log: the requests so far, one line each: METHOD PATH STATUS BODY-BYTES range="" etag="" since="" agent=""
# type="" login="" cookie="" body="" time=SECONDS.
server_log() {
    local _
    # nginx logs in the order in which it works: when this is answered, all before it is written.
    exec 3<>"/dev/tcp/127.0.0.1/$http" && printf 'GET /.marker HTTP/1.0\r\n\r\n' >&3 && read -r -d '' _ <&3
    exec 3>&-
    grep -v '^GET /\.marker ' "$server/access.log"
}

# server_forget: empties that list.
server_forget() {
    server_log >/dev/null
    : >"$server/access.log"
}

# server_dates FOLDER: gives what was written there since the last call a time of its own, a second for each millisecond.
# nginx knows a file by its second and its size: two lists of one size, written in one second, were the same to it.
server_epoch=$((${EPOCHREALTIME/./} / 1000))
server_dates() {
    local time name
    while IFS=' ' read -r -d '' time name; do
        time=${time/./}
        touch -d "@$((1000000000 + ${time:0:13} - server_epoch))" "$name"
    done < <(find "$1" -type f -newermt @1500000000 -printf '%T@ %p\0')
}

# ---- what nginx cannot do ----------------------------------------------------------------------------------------

# server_relay MODE ARGUMENT...: starts relay.py and sets $relay to its port.
server_relay() {
    local fifo
    fifo=$(mktemp -u "$server/relay.XXXXXX")
    mkfifo "$fifo"
    setpriv --pdeathsig TERM /usr/bin/python3 "$root/tests/cli/relay.py" "$@" >"$fifo" &
    server_pids+=($!)
    read -r relay <"$fifo"
}
