#!/usr/bin/env bash
# Builds the ffmpeg that functions run: static, since Lambda's system has none, and with nothing that the project does not
# use: no network, no playlists, no format that an input could smuggle in.
#
# The sources are those of the distribution's own package, which apt fetches and verifies, so that scenes have the same
# frames as on the machine that builds. It becomes lambda/ffmpeg in the assets folder, and is built again when this script
# changes, when its bytes are not those that were built, and when the machine's own ffmpeg is of a newer version.
#
# x264 is under the GPL, and so is this ffmpeg as a whole. It is a program of its own: the project starts it and talks to it
# by pipes and files, and links none of it. It is built on the machine of whoever deploys; whoever passes it on passes on its
# licence, which lies beside it, and the sources, which `apt-get source ffmpeg x264` brings.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# What the program asks for (src/media/scene.rs, src/media/join.rs), and framemd5 to compare scenes by. filter_units knows
# H.264 only where h264_metadata is there, too.
protocols="file pipe"
demuxers="concat mpegts rawvideo wav"
decoders="h264 pcm_s16le rawvideo"
parsers="h264"
bsfs="extract_extradata filter_units h264_metadata h264_mp4toannexb setts"
filters="aresample asetpts atrim"
encoders="aac libx264 rawvideo"
muxers="framemd5 mp4 mpegts"

assets=${PROTOVIDEO_ASSETS:-${XDG_CACHE_HOME:-$HOME/.cache}/protovideo/assets}
folder=$assets/lambda
made=$folder/ffmpeg
script=$(sha256sum build.sh | cut -d ' ' -f 1)
# Of the note's values, one.
noted() { sed -nE "s/.*\"$1\": \"([^\"]*)\".*/\1/p" "$made.json"; }
if [ -x "$made" ] && [ -f "$made.json" ] && [ "$(noted script)" = "$script" ] &&
    [ "$(noted sha256)" = "$(sha256sum "$made" | cut -d ' ' -f 1)" ]; then
    # The machine's own ffmpeg is updated first, where updates are installed by themselves.
    here=$(dpkg-query -W -f '${Version}' ffmpeg 2>/dev/null || true) built=$(noted ffmpeg)
    if [ -z "$here" ] || [ -z "$built" ] || ! dpkg --compare-versions "$here" gt "$built"; then
        exit 0
    fi
fi

. /etc/os-release
if [ "$ID" != debian ]; then
    echo "This builds from Debian's packages, on Debian; put a static ffmpeg with libx264 at $made instead, and its note" \
        "$made.json: {\"script\": \"$script\", \"sha256\": \"its SHA-256\"}" >&2
    exit 1
fi
../../scripts/debian.sh cc=gcc dpkg-source=dpkg-dev make nasm pkg-config xz=xz-utils

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
quiet() { "$@" >"$work/log" 2>&1 </dev/null || { tail -n 40 "$work/log" >&2; exit 1; }; }
say() { printf '%s (%d s)\n' "$1" "$SECONDS"; }

say "Fetching the sources of ffmpeg and x264"
# The machine's own sources with deb-src, in a list of their own: nothing of the system's is changed.
mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/source"
apt-get indextargets --format '$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' "Created-By: Packages" |
    awk -F '|' '$1 == "Debian" && !seen[$0]++ {
        print "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]", $2, $3, $4 }' >"$work/apt/list"
if [ ! -s "$work/apt/list" ]; then
    echo "apt knows no packages of Debian's; run: sudo apt-get update" >&2
    exit 1
fi
apt=(apt-get -qq -o APT::Sandbox::User=root -o "Dir::Etc::sourcelist=$work/apt/list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache")
quiet "${apt[@]}" update
cd "$work/source"
quiet "${apt[@]}" --download-only source ffmpeg x264
for name in ffmpeg x264; do
    # apt has verified the files against the signed index already.
    quiet dpkg-source --no-check -x "$name"_*.dsc "$name"
done
version_of() { sed -n 's/^Version: //p' "$1"_*.dsc | head -n 1; }
ffmpeg=$(version_of ffmpeg) x264=$(version_of x264)

say "Building x264 $x264"
hardened="-O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2"
cd "$work/source/x264"
quiet ./configure --prefix="$work/made" --enable-static --disable-cli --disable-opencl --bit-depth=8 --chroma-format=420 \
    --extra-cflags="$hardened"
quiet make -j "${JOBS:-$(nproc)}"
quiet make install

say "Building ffmpeg $ffmpeg"
cd "$work/source/ffmpeg"
# The build's folder stays out of the arguments: they are part of what ffmpeg says of itself, and so of cache keys.
export PKG_CONFIG_PATH=$work/made/lib/pkgconfig
choices=()
for kind in protocol demuxer decoder parser bsf filter encoder muxer; do
    list=${kind}s
    for name in ${!list}; do
        choices+=("--enable-$kind=$name")
    done
done
quiet ./configure --prefix=/opt --extra-version="${ffmpeg##*-}" --disable-everything --disable-autodetect \
    --disable-network --disable-doc --disable-debug --disable-avdevice --disable-swscale --disable-postproc \
    --disable-ffplay --disable-ffprobe --enable-gpl --enable-libx264 "${choices[@]}" --pkg-config-flags=--static \
    --extra-cflags="$hardened" --extra-ldflags=-static
quiet make -j "${JOBS:-$(nproc)}" ffmpeg

say "Looking at what it can do"
names_of() {
    case $1 in
    protocols) ./ffmpeg -hide_banner -protocols | awk '/^ / {print $1}' ;;
    bsfs) ./ffmpeg -hide_banner -bsfs | awk 'NR > 1 {print $1}' ;;
    demuxers | muxers) ./ffmpeg -hide_banner "-$1" | awk '/^ [D ][E ] [^=]/ {print $2}' ;;
    *) ./ffmpeg -hide_banner "-$1" | awk '$1 ~ /^[A-Z.]+$/ && length($1) == 6 && $2 != "=" {print $2}' ;;
    esac | tr , '\n' | sort -u | grep . || true
}
# `extra` is what ffmpeg brings along by itself.
has_only() {
    local wanted found extra=$2
    wanted=$(printf '%s\n' ${!1} $extra | sort -u)
    found=$(names_of "$1")
    echo "  $1:" $found
    if [ "$found" != "$wanted" ]; then
        echo "expected $1:" $wanted >&2
        exit 1
    fi
}
has_only protocols ""
has_only demuxers ""
has_only decoders ""
has_only encoders ""
has_only muxers "adts latm mov"
has_only bsfs "aac_adtstoasc hevc_mp4toannexb vp9_superframe"
if ldd ./ffmpeg >/dev/null 2>&1; then
    echo "it is not static" >&2
    exit 1
fi

say "Making a scene and a film"
cd "$work"
ffmpeg() { quiet "$work/source/ffmpeg/ffmpeg" -nostdin -loglevel error "$@"; }
# Half a second of black, and of silence behind a WAV header: stereo, 48 kHz, 16 bits.
head -c $((64 * 64 * 3 / 2 * 15)) /dev/zero >frames
{
    printf 'RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x02\0\x80\xbb\0\0\0\xee\x02\0\x04\0\x10\0data\0\x77\x01\0'
    head -c 96000 /dev/zero
} >mix.wav
ffmpeg -f rawvideo -pix_fmt yuv420p -s 64x64 -r 30 -i frames -an -c:v libx264 -profile:v high -bf 2 -threads 1 -f mpegts scene.ts
printf "ffconcat version 1.0\nfile scene.ts\nfile scene.ts\n" >list.txt
ffmpeg -protocol_whitelist file -f concat -safe 0 -i list.txt -protocol_whitelist file -f wav -i mix.wav -map 0:v -map 1:a \
    -c:v copy -bsf:v "filter_units=remove_types=6-9,setts=pts=round(PTS/3000)*3000:dts=(N-2)*3000" \
    -af "atrim=start_sample=1024,asetpts=PTS-STARTPTS" -c:a aac -movflags +faststart -f mp4 film.mp4
cd "$work/source/ffmpeg"

strip ffmpeg
mkdir -p "$folder"
{
    printf 'ffmpeg %s with x264 %s, built from the sources of Debian %s.\n' "$ffmpeg" "$x264" "$VERSION_ID"
    printf '`apt-get source ffmpeg x264` brings the sources; this is the licence.\n\n'
    cat COPYING.GPLv2
} >"$folder/ffmpeg.txt"
install -m 755 ffmpeg "$made.new"
mv "$made.new" "$made"
printf '{"script": "%s", "sha256": "%s", "ffmpeg": "%s", "x264": "%s"}\n' \
    "$script" "$(sha256sum "$made" | cut -d ' ' -f 1)" "$ffmpeg" "$x264" >"$made.json"
say "$made: $(stat -c %s "$made") bytes"
