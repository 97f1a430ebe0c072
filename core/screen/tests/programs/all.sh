#!/bin/bash
# The recordings, one by one. Runs in the sandbox that record.sh makes.
set -euo pipefail
export PS1='$ ' LESS=-R GIT_PAGER=less EDITOR=vim
take() { name=$1 size=$2; shift 2; echo "$name"; ./record "out/$name.rec" "$size" "$@"; }

export GIT_AUTHOR_DATE="@1700200000 +0000" GIT_COMMITTER_DATE="@1700200000 +0000"
mkdir -p demo/src && cd demo && git init -q -b main
git config user.name dev && git config user.email dev@example.org
commit() { echo "$1" >>notes.txt; git add -A; GIT_AUTHOR_DATE="@$2 +0000" GIT_COMMITTER_DATE="@$2 +0000" git commit -qm "$1"; }
for i in $(seq 1 12); do commit "Change $i: 日本語 and more words, enough to reach beyond the margin of a terminal of eighty columns" $((1700000000 + i * 4000)); done
for b in one two three; do
  git checkout -qb "$b" HEAD~2; echo "$b" >"$b.txt"; commit "Branch $b" 1700100000
  git checkout -q main; git merge -q -s ours -m "Merge $b" "$b"
done
cat >src/main.rs <<'RS'
//! A small program.
fn main() {
    let unused = 3;
    for number in 0..10 {
        println!("{number}: {}", "日本語 text".repeat(number));
    }
}
RS
cd ..

take git-log 90x24 git -C demo -c color.ui=always log --graph --color --decorate --stat <<'S'
wait Merge
idle
type \x20
type  \x20
idle
type G
idle
type /Branch\r
idle
resize 60x20
idle
type g
idle
type q
S
take less 80x24 less -N demo/src/main.rs scripts.py agent.py <<'S'
idle
type  \x20
idle
type :n\r
idle
type /emoji\r
idle
type G
idle
resize 100x30
idle
type g
idle
type q
S
take vim 80x24 vim -u NONE -N -c 'syntax on | set number hlsearch showcmd laststatus=2' demo/src/main.rs <<'S'
idle
type ihello 日本語 wide text\x1b
idle
type o\tlet emoji = "👍 é";\x1b
idle
type :set cursorline background=dark\r
idle
type /number\r
idle
type :vsplit\r
idle
type :terminal echo inner\r
idle
resize 100x30
idle
type :qa!\r
idle
type :qa!\r
S
take htop 100x30 htop -d 20 <<'S'
idle
type \x1b[B\x1b[B
idle
type \x1bOP
idle
type q
idle
resize 70x20
idle
type q
S
take tmux 90x25 tmux -f /dev/null -L demo new -s demo 'bash --norc' <<'S'
idle
type ls -la --color demo\r
idle
type \x02%
idle
type seq 1 60\r
idle
type \x02"
idle
type python3 scripts.py\r
idle
type \x02[
idle
type \x1b[5~q
idle
resize 70x20
idle
type \x02:
idle
type kill-server
idle
type \r
S
take bash 80x24 bash --norc -i <<'S'
idle
type ls -la --color=always demo /usr/bin | head -70\r
idle
type echo a very long command line that wraps around the margin of the terminal because it has many words\x1b[D\x1b[D\x01\x05\r
idle
resize 50x24
idle
type for i in 1 2 3; do printf '\\e[3%dmcolour %d\\e[0m\\t%s\\r\\n' $i $i 日本語; done\r
idle
type clear\r
idle
resize 100x30
idle
type exit\r
S
take fish 80x24 fish --no-config --private <<'S'
idle
type echo hel
idle
type lo; ls /usr/b\t
idle
type \x15
idle
type for i in (seq 30); echo $i; end\r
idle
resize 60x20
idle
type exit\r
S
take zsh 80x24 zsh -f -i <<'S'
idle
type print -P '%F{red}red%f %B bold%b'\r
idle
type ls /us\t\t
idle
type \x15exit\r
S
mkdir -p build/src && cd build && cp ../demo/src/main.rs src/
printf '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n[dependencies]\n' >Cargo.toml
for i in $(seq 1 14); do
  mkdir -p "part-$i/src"; printf '[package]\nname = "part-%d"\nversion = "0.%d.0"\nedition = "2021"\n' "$i" "$i" >"part-$i/Cargo.toml"
  echo "pub fn part(x: u32) -> u32 { let y = x; x + $i }" >"part-$i/src/lib.rs"
  printf 'part-%d = { path = "part-%d" }\n' "$i" "$i" >>Cargo.toml
done
cd ..
CARGO_TERM_PROGRESS_WHEN=always CARGO_TERM_PROGRESS_WIDTH=70 CARGO_TERM_COLOR=always take cargo 80x24 \
  cargo build --offline --manifest-path build/Cargo.toml <<<''
take whiptail 80x24 whiptail --title 'Menu' --checklist 'Choose some' 18 60 8 \
  a Apple on b Banana off c 'Cherry 桜' off d Date off e Elder off <<'S'
idle
type \x1b[B\x20
idle
type \x1b[B \t
idle
resize 90x30
idle
type \r
S
take curses 80x24 python3 menu.py <<'S'
idle
type \x1bOB
idle
type \x1bOB
idle
resize 100x30
idle
type \x1bOA
idle
type q
S
take agent 100x30 python3 agent.py <<'S'
idle
resize 70x20
idle
resize 120x40
S
take scripts 70x20 python3 scripts.py <<'S'
idle
resize 40x20
resize 90x24
S
take progress 80x24 bash progress.sh <<<''
