# Shared by the scripts beside it: finds the repository, checks the tools, builds the network's command.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
HOME_FOLDER=${CATS_HOME:-$ROOT/.cats}
case $HOME_FOLDER in /*) ;; *) HOME_FOLDER=$PWD/$HOME_FOLDER ;; esac
export CATS_HOME=$HOME_FOLDER
BIN=$HOME_FOLDER/bin
CATSNET=$BIN/catsnet

fail() { printf '%s\n' "$*" >&2; exit 1; }

# require NAME WHY checks for a tool.
require() { command -v "$1" >/dev/null 2>&1 || fail "$1 is missing: $2"; }

# check_tools refuses before anything is done if a tool is missing or too old.
check_tools() {
  [ "$(uname -s)" = Linux ] || fail "the network runner needs Linux (it watches its processes through /proc)"
  require go "install Go"
  require git "install git"
  local wanted have
  wanted=$(awk '$1 == "go" { print $2; exit }' "$ROOT/go.mod")
  have=$(go env GOVERSION); have=${have#go}
  [ "$(printf '%s\n%s\n' "$wanted" "$have" | sort -V | head -n 1)" = "$wanted" ] ||
    fail "Go $have is too old: this repository needs Go $wanted"
  "$(go env CC)" --version >/dev/null 2>&1 ||
    fail "no C compiler ($(go env CC)): the certificate authority needs one, install gcc or clang"
}

# build_catsnet builds the network's command; unchanged sources take a fraction of a second.
build_catsnet() {
  mkdir -p "$BIN" && chmod 700 "$HOME_FOLDER"
  (cd "$ROOT" && go build -trimpath -buildvcs=false -o "$CATSNET" ./network/cmd/catsnet)
}
