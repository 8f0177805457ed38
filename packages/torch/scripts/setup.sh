#!/usr/bin/env bash
# Installs libtorch where it is missing (Debian, Ubuntu) and builds the addon, build/torch.node.
#   LIBTORCH=/path  take this libtorch (a folder with include/ and lib/) instead of the distribution's.
#   CXX=clang++     take another compiler.
set -euo pipefail
package=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
build="$package/build"
cxx=${CXX:-g++}
started=$SECONDS
say() { printf 'torch: %s\n' "$*"; }
fail() { printf 'torch: %s\n' "$*" >&2; exit 1; }

install_packages() {
  command -v apt-get >/dev/null || fail \
    "libtorch is not here and apt-get neither: unpack a libtorch, and run again with LIBTORCH=/its/folder."
  local root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "installing libtorch needs root; as root: apt-get install $*"
    root=(sudo)
  fi
  say "installing $* (about 130 MB to fetch)"
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Where libtorch is, and what is missing for it.
if [ -n "${LIBTORCH:-}" ]; then
  [ -f "$LIBTORCH/include/torch/csrc/api/include/torch/version.h" ] || fail \
    "LIBTORCH=$LIBTORCH has no include/torch/csrc/api/include/torch/version.h; give the folder that holds include/ and lib/."
  include="$LIBTORCH/include"
  libraries="$LIBTORCH/lib"
  command -v "$cxx" >/dev/null || fail "the compiler $cxx is missing: install it, or set CXX."
else
  missing=()
  [ -f /usr/include/torch/csrc/api/include/torch/version.h ] || missing+=(libtorch-dev)
  [ -d /usr/include/gloo ] || missing+=(libgloo-dev)
  # The reference BLAS is 25 to 60 times slower, and OpenBLAS with pthreads does not obey setThreads().
  compgen -G '/usr/lib/*/openblas-openmp/libblas.so.3' >/dev/null || missing+=(libopenblas0-openmp)
  command -v "$cxx" >/dev/null || missing+=(g++)
  if [ ${#missing[@]} -gt 0 ]; then install_packages "${missing[@]}"; fi
  include=/usr/include
  libraries=$(dirname "$(ls /usr/lib/*/libtorch.so | head -1)")
fi

headers=$(cd "$package" && node -p 'require("node-api-headers").include_dir') || fail \
  "Node's headers are missing: run npm ci first."

defines=(-DUSE_DISTRIBUTED)
[ -d "$include/gloo" ] && defines+=(-DUSE_C10D_GLOO)
# NCCL, for GPUs (not yet run on one), needs the headers of CUDA and of NCCL.
cuda_headers=${CUDA_HOME:-/usr/local/cuda}/include
if [ -f "$libraries/libtorch_cuda.so" ] && [ -f "$cuda_headers/cuda_runtime.h" ] &&
  { [ -f "$cuda_headers/nccl.h" ] || [ -f /usr/include/nccl.h ]; }; then
  defines+=(-DUSE_C10D_NCCL -isystem "$cuda_headers")
fi
# The C++ ABI that libc10 was built with.
if ls "$libraries"/libc10.so* >/dev/null 2>&1 && grep -q '__cxx11' "$libraries"/libc10.so*; then abi=1; else abi=0; fi
flags=(-std=c++17 -O2 -fPIC -fvisibility=hidden -w "-D_GLIBCXX_USE_CXX11_ABI=$abi" "${defines[@]}"
  -isystem "$headers" -isystem "$include/torch/csrc/api/include"
  -idirafter "$package/native/shim")
# The compiler looks there by itself; naming it would change the order that the C++ headers rely on.
[ "$include" = /usr/include ] || flags+=(-isystem "$include")

mkdir -p "$build"
# Two at once would write over each other.
exec 9>"$build/lock"
flock 9
number() { sed -n "s/^#define TORCH_VERSION_$1 //p" "$include/torch/csrc/api/include/torch/version.h"; }
version="$(number MAJOR).$(number MINOR).$(number PATCH)"
digest() { sha256sum | cut -c1-16; }
common=$({ cat "$package"/native/*.h "$package"/native/shim/torch/csrc/distributed/autograd/context/context.h
  printf '%s\n' "$cxx" "${flags[@]}" "$libraries" "$version"; } | digest)
stamp=$({ cat "$package"/native/*.cc "${BASH_SOURCE[0]}"; printf '%s' "$common"; } | digest)
if [ -f "$build/torch.node" ] && [ "$(cat "$build/stamp" 2>/dev/null)" = "$stamp" ]; then
  say "up to date (libtorch $version)"
  exit 0
fi

mkdir -p "$build/objects"
say "compiling for libtorch $version in $include"
total=$(ls "$package"/native/*.cc | wc -l)
# An object's name holds the digest of all it is made of, so that only what changed is compiled.
object_of() { printf '%s/objects/%s-%s.o' "$build" "$(basename "$1" .cc)" "$({ cat "$1"; printf '%s' "$common"; } | digest)"; }
objects=()
for source in "$package"/native/*.cc; do objects+=("$(object_of "$source")"); done
compile() {
  local object=$1 source=$2
  [ -f "$object" ] && return
  { "${@:3}" -c "$source" -o "$object.part" && mv "$object.part" "$object"; } || return 255
  printf 'torch: compiled %s\n' "$(basename "$source")"
}
export -f compile
say "$total files on $(nproc) cores, about a minute"
# The longest first, so that all cores end together.
for source in $(ls -S "$package"/native/*.cc); do printf '%s\0%s\0' "$(object_of "$source")" "$source"; done |
  xargs -0 -n 2 -P "$(nproc)" bash -c 'compile "${@: -2}" "${@:1:$#-2}"' - "$cxx" "${flags[@]}" ||
  fail "the compiler failed; its message is above."
for old in "$build"/objects/*.o; do
  case " ${objects[*]} " in *" $old "*) ;; *) rm -f "$old" ;; esac
done
cuda=()
# Nothing refers to the CUDA library by name, so the linker would drop it.
[ -f "$libraries/libtorch_cuda.so" ] && cuda=(-Wl,--no-as-needed -ltorch_cuda -Wl,--as-needed)
"$cxx" -shared "${objects[@]}" -o "$build/torch.node.part" "-L$libraries" "-Wl,-rpath,$libraries" \
  -ltorch -ltorch_cpu -lc10 "${cuda[@]}"
mv "$build/torch.node.part" "$build/torch.node"
printf '%s' "$stamp" >"$build/stamp"
blas=$(readlink -f /usr/lib/*/libblas.so.3 2>/dev/null | head -1)
case "${LIBTORCH:+own}$blas" in
  own* | *openblas-openmp*) ;;
  *) say "BLAS is $blas; choose OpenBLAS with OpenMP: update-alternatives --config libblas.so.3-$(uname -m)-linux-gnu" ;;
esac
say "ready after $((SECONDS - started)) s: $build/torch.node"
