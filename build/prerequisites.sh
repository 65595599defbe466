# Sourced by ./demo and ./test: what a bare machine must have, and where the data is.

if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
  echo "The .NET 10 SDK is missing: install dotnet-sdk-10.0 (https://dot.net/download), then run this again." >&2
  exit 1
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Sets mnist to the folder with the four IDX files, which are downloaded where no folder has them; false where that fails too.
find_mnist() { # what its lack means
  local folder fault
  for folder in "${MNIST_FOLDER:-}" ../shared/data/mnist out/mnist; do
    if [ -n "$folder" ] && ls "$folder"/train-images* >/dev/null 2>&1; then
      mnist=$(cd "$folder" && pwd)
      return
    fi
  done
  if fault=$(download_mnist out/mnist 2>&1); then
    mnist=$PWD/out/mnist
    return
  fi
  echo "MNIST cannot be downloaded, $1: set MNIST_FOLDER to a folder with its four IDX files (${fault//$'\n'/; })" >&2
  return 1
}

# From the mirrors of the service, each file checked against the published sha256 of its content.
download_mnist() { # folder -> the files in it, all four or none
  local published mirror
  published=$(sed -n '/ MirroredSet Mnist /,/]);/p' src/Api/Datasets/MirroredSet.cs)
  for mirror in $(grep -o 'https://[^"]*' <<<"$published"); do
    rm -rf "$1.part"
    mkdir -p "$1.part" && download_files "$mirror" "$1.part" "$published" && mv "$1.part" "$1" && return
  done
  rm -rf "$1.part"
  return 1
}

download_files() { # mirror, folder, lines with the names and checksums
  local file sum
  while read -r file sum; do
    curl -fsS --connect-timeout 10 --speed-limit 1000 --speed-time 20 -o "$2/$file.gz" "$1$file.gz" || return
    [ "$(gzip -dc "$2/$file.gz" | sha256sum)" = "$sum  -" ] || { echo "$1$file.gz is not the published file"; return 1; }
  done < <(sed -n 's/.*new("\([^"]*\)", "\([0-9a-f]\{64\}\)".*/\1 \2/p' <<<"$3")
}

# PostgreSQL's server, which tests start for themselves.
need_postgres() {
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || install_package postgresql "PostgreSQL's server is missing, so the tests on it are skipped"
}

# nginx, behind which tests put the service.
need_nginx() {
  [ -x /usr/sbin/nginx ] || install_package nginx-light "nginx is missing, so the tests behind it are skipped"
}

# Chromium, which the tests of the page drive.
need_chromium() {
  [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || install_package chromium "Chromium is missing, so the tests of the page are skipped"
}

# libfaketime, which sets one process's clock wrong.
need_faketime() {
  ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || install_package libfaketime "libfaketime is missing, so the test of wrong clocks is skipped"
}

# Python with NumPy and PyTorch, in which the client of clients/python is tested, and with scikit-learn, which recomputes evaluations.
need_python() {
  local module
  for module in numpy torch sklearn; do
    python_has "$module" || install_package "python3-$module" "Python's $module is missing, so the tests that need it are skipped"
  done
}

python_has() { # module -> true where Debian's Python finds it, without the seconds that an import takes
  /usr/bin/python3 -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$1') is None)" 2>/dev/null
}

# node, in which the modules of the page and of clients/typescript are tested.
need_node() {
  command -v node >/dev/null || install_package nodejs "node is missing, so the tests of the page's modules and of clients/typescript are skipped"
}

# npm, which brings node, and packages: those of tests/Client lint the OpenAPI documents and generate clients from them, those of
# clients/typescript generate its types, check and pack it, and that of examples/serving/node runs exported models. And the .NET tools of
# tests/Client, which generate clients too.
need_client() {
  local lack="so the OpenAPI documents are not linted, no client is generated from them, clients/typescript is not packed, and no exported model is run in node" folder
  command -v npm >/dev/null || install_package npm "npm is missing, $lack"
  if command -v npm >/dev/null; then
    for folder in tests/Client clients/typescript examples/serving/node; do
      cmp -s $folder/package-lock.json $folder/node_modules/installed ||
        (cd $folder && npm ci --silent --ignore-scripts && cp package-lock.json node_modules/installed) || echo "npm could not install $folder, $lack" >&2
    done
  fi
  local restored=generated/dotnet/project.assets.json
  (cd tests/Client && { [ $restored -nt dotnet/Client.csproj ] && [ $restored -nt .config/dotnet-tools.json ]; }) ||
    (cd tests/Client && dotnet tool restore && dotnet restore dotnet/Client.csproj) >/dev/null ||
    echo "NuGet could not restore tests/Client, so no .NET client is generated from the OpenAPI documents" >&2
}

# Compose 2.26 or newer, which reads docker-compose.yml: the machine's own, else the one of the next Debian, in a folder of its own. Sets COMPOSE.
need_compose() {
  local lack="Compose 2.26 or newer is missing, so docker-compose.yml is not read by it" tools=tests/bin/compose
  for COMPOSE in "docker compose" docker-compose "$tools/usr/libexec/docker/cli-plugins/docker-compose"; do
    [ "$(printf '%s\n' 2.26 "$($COMPOSE version --short 2>/dev/null)" | sort -V | head -1)" = 2.26 ] && export COMPOSE && return
  done
  if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null && fetch_compose "$tools" >/dev/null 2>&1; then export COMPOSE; return; fi
  unset COMPOSE
  echo "$lack: install docker-compose-plugin" >&2
}

fetch_compose() { # folder -> Debian's package of Compose, unpacked there
  local apt mirror
  rm -rf "$1" && mkdir -p "$1/sources" "$1/lists/partial"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '/debian/$' | head -1)
  printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "$mirror" >"$1/sources/next.sources"
  apt="apt-get -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts=$PWD/$1/sources -o Dir::State::lists=$PWD/$1/lists"
  $apt update && (cd "$1" && $apt download docker-compose && dpkg-deb -x docker-compose_*.deb . && rm -rf lists ./*.deb)
}

install_package() { # package, what its lack means -> installs it where this user may; else says what to install
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$1"; } >/dev/null && return
  fi
  echo "$2: apt-get install $1" >&2
}

# ICU, without which no .NET program starts, and which an SDK from an archive does not bring.
need_icu() {
  local fault
  if fault=$(dotnet --version 2>&1); then return; fi
  if [[ $fault == *ICU* ]]; then
    install_package '^libicu[0-9]+$' "ICU is missing, without which no .NET program starts"
    if fault=$(dotnet --version 2>&1); then return; fi
  fi
  [[ $fault == *ICU* ]] || echo "The .NET SDK does not start: ${fault//$'\n'/ }" >&2
  exit 1
}

need_icu
