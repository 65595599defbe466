# Sourced by ./demo: what a training job's JSON says, for a terminal.

field() { # JSON, name -> the value of the first field of that name, without quotes; empty for null
  sed -n "s/.*\"$2\":\(\"[^\"]*\"\|[^,}]*\).*/\1/p" <<<"$1" | tr -d '"' | sed 's/^null$//'
}

progress() { # job's JSON -> one line: a bar, the percent, and what is known already of speed, time to go and loss
  local percent filled speed seconds loss line
  percent=$(field "$1" percent) speed=$(field "$1" stepsPerSecond) seconds=$(field "$1" etaSeconds) loss=$(field "$1" validation)
  filled=$((${percent%.*} * 30 / 100))
  line=$(printf '[%-30s] %5s %%' "$(printf '%*s' "$filled" '' | tr ' ' '#')" "$percent")
  [ -z "$speed" ] || line+=$(printf '  %6s steps/s' "$speed")
  [ -z "$seconds" ] || line+=$(printf '  %4.0f s to go' "$seconds")
  [ -z "$loss" ] || line+=$(printf '  validation loss %.6f' "$loss")
  printf '%-92s' "$line"
}
