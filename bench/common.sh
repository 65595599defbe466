# Sourced by the benchmarks: the service published once, and processes that end with the script.

work=$(mktemp -d)
started=()

finish() {
  local pid
  for pid in "${started[@]}"; do kill -KILL "$pid" && wait "$pid" || true; done 2>/dev/null
  [ ! -e "$work/pg/data/postmaster.pid" ] || as_server pg_ctl stop -D "$work/pg/data" -m immediate >/dev/null
  rm -rf "$work"
}
trap finish EXIT

publish() { # as the Dockerfile does
  dotnet publish src/Api -c Release -r linux-x64 --no-self-contained -o "$work/app" --nologo -v quiet >&2
}

serve() { # port, VARIABLE=value ... -> a service on that port that is ready; its process in $served
  local port=$1
  shift
  env -C "$work" ASPNETCORE_URLS="http://127.0.0.1:$port" Logging__LogLevel__Default=Warning "$@" dotnet "$work/app/AutoencoderApi.Api.dll" >>"$work/log" 2>&1 &
  served=$!
  started+=("$served")
  until curl -sf -o /dev/null "http://127.0.0.1:$port/health/ready"; do
    kill -0 "$served" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.05
  done
}

end() { # process
  kill -TERM "$1"
  wait "$1" || true
}

as_server() { # program, arguments: a program of PostgreSQL's server, which root may not run
  local programs
  programs=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | sort | tail -1)
  if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$programs/$1" "${@:2}"; else "$programs/$1" "${@:2}"; fi
}

postgres() { # port -> a server with durable writes, as it comes
  mkdir "$work/pg" && chmod 755 "$work" && { [ "$(id -u)" -ne 0 ] || chown postgres "$work/pg"; }
  as_server initdb -D "$work/pg/data" -U postgres -A trust >/dev/null
  as_server pg_ctl start -w -D "$work/pg/data" -l "$work/pg/log" -o "-c port=$1 -c listen_addresses=127.0.0.1 -c unix_socket_directories=$work/pg" >/dev/null
}

quiet() { # says on which machine, and whether anything else was running on it
  local load
  read -r load _ </proc/loadavg
  echo "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $(nproc) cores, load before the first round $load$(awk -v load="$load" 'BEGIN { if (load > 0.3) print " (not quiet)" }')."
}
