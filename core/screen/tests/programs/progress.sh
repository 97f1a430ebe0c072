#!/bin/bash
# Progress bars: one that rewrites its line, and one below a scroll region, as package managers have it.
for i in $(seq 0 5 100); do
  printf '\r\e[K[%-50s] %3d%%' "$(printf '%*s' $((i / 2)) '' | tr ' ' '#')" "$i"
done
echo
rows=$(tput lines)
printf '\e[1;%dr\e[%d;1H' $((rows - 1)) $((rows - 1))
for i in $(seq 1 40); do
  printf 'Unpacking \e[1mpackage-%02d\e[0m (%d.%d) over a name that is long enough to wrap around the margin of eighty columns ...\n' "$i" $((i % 7)) $((i % 3))
  printf '\e7\e[%d;1H\e[42;30mProgress: [%3d%%]\e[0m \e[K\e8' "$rows" $((i * 100 / 40))
done
printf '\e[r\e[%d;1H\e[J' "$rows"
