# Sourced by ./demo: images of several networks as one SVG file, each with its name, loss and code size at its left.

strip() { # SVG file to write; then for each network its PNG, name, test loss, and how many numbers its code has
  local file=$1 rows='' y=12 widest=0 png name loss code width height bytes
  shift
  while [ $# -gt 0 ]; do
    png=$1 name=$2 loss=$3 code=$4
    shift 4
    read -r -a bytes < <(od -An -tu1 -j16 -N8 "$png") # width and height of PNG's header, big-endian (RFC 2083, section 4.1.1)
    width=$((bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3]))
    height=$((bytes[4] << 24 | bytes[5] << 16 | bytes[6] << 8 | bytes[7]))
    ((width <= widest)) || widest=$width
    rows+="<text x='12' y='$((y + height / 2 - 14))' font-weight='bold'>$name</text>"
    rows+="<text x='12' y='$((y + height / 2 + 4))' font-size='13'>MSE $loss</text>"
    rows+="<text x='12' y='$((y + height / 2 + 22))' font-size='13'>code of $code numbers</text>"
    rows+="<image x='176' y='$y' width='$width' height='$height' href='data:image/png;base64,$(base64 -w0 "$png")'/>"
    y=$((y + height + 12))
  done
  printf '%s\n' "<svg xmlns='http://www.w3.org/2000/svg' width='$((188 + widest))' height='$y' font-family='sans-serif' font-size='16' fill='#17191c'>" \
    "<rect width='100%' height='100%' fill='#fff'/>$rows</svg>" >"$file"
}
