# Marks prompts and commands for Jumpseat. zsh finds this file as `$ZDOTDIR/.zshenv`; it puts ZDOTDIR back at
# once, so that every other file, the history included, is the person's own.

if [[ -n "${JUMPSEAT_ZDOTDIR+set}" ]]; then
  builtin export ZDOTDIR="$JUMPSEAT_ZDOTDIR"
  builtin unset JUMPSEAT_ZDOTDIR
else
  builtin unset ZDOTDIR
fi

() {
  builtin emulate -L zsh -o no_aliases
  # Once in a shell, and in interactive ones only.
  [[ -o interactive && -z "${__jumpseat_on-}" ]] || return 0
  builtin typeset -g __jumpseat_on=1
  builtin typeset -g __jumpseat_nonce="${JUMPSEAT_SHELL_NONCE-}"
  builtin unset JUMPSEAT_SHELL_NONCE
  builtin typeset -g __jumpseat_ran=0 __jumpseat_status=0
  builtin typeset -g __jumpseat_text=''

  # Text as OSC 633 carries it: backslash, semicolon and control characters as \xHH.
  __jumpseat_escape() {
    builtin emulate -L zsh -o no_aliases -o no_multibyte -o extended_glob
    builtin local text="$1" out='' char hex
    text="${text//\\/\\\\}"
    text="${text//;/\\x3b}"
    if [[ "$text" == *[[:cntrl:]]* ]]; then
      for char in "${(@s::)text}"; do
        if [[ "$char" == [[:cntrl:]] ]]; then
          builtin printf -v hex '\\x%02x' "'$char"
          out+="$hex"
        else
          out+="$char"
        fi
      done
      text="$out"
    fi
    __jumpseat_text="$text"
  }

  __jumpseat_preexec() {
    builtin emulate -L zsh -o no_aliases
    __jumpseat_ran=1
    # A line that is kept out of the history is not told either.
    if [[ -n "$1" && ! ( "$2" != "" && "$1" == ' '* && "$__jumpseat_private" == 1 ) ]]; then
      __jumpseat_escape "$1"
      builtin printf '\e]633;E;%s;%s\a' "$__jumpseat_text" "$__jumpseat_nonce"
    fi
    builtin printf '\e]633;C\a'
  }

  # First of the hooks: keeps the exit code.
  __jumpseat_before() {
    __jumpseat_status=$?
  }

  # Last of the hooks: ends the command, tells the folder, and marks the prompt as it stands by now.
  __jumpseat_after() {
    __jumpseat_private=0
    [[ -o hist_ignore_space ]] && __jumpseat_private=1
    builtin emulate -L zsh -o no_aliases
    if (( __jumpseat_ran )); then
      builtin printf '\e]633;D;%s\a' "$__jumpseat_status"
    else
      builtin printf '\e]633;D\a'
    fi
    __jumpseat_ran=0
    __jumpseat_escape "$PWD"
    builtin printf '\e]633;P;Cwd=%s\a' "$__jumpseat_text"
    if [[ "${PS1-}" != *$'\e]633;B\a'* ]]; then
      PS1=$'%{\e]633;A\a%}'"${PS1-}"$'%{\e]633;B\a%}'
    fi
    __jumpseat_order
  }

  # Hooks that came later (a prompt theme's) go between these two.
  __jumpseat_order() {
    builtin emulate -L zsh -o no_aliases
    precmd_functions=(__jumpseat_before ${precmd_functions:#__jumpseat_(before|after)} __jumpseat_after)
  }

  # zsh calls this one before it looks at the others: so the order is right at the first prompt already. A
  # person's own function of this name replaces it, and the order is right from the second prompt on.
  precmd() {
    builtin unfunction precmd
    __jumpseat_order
  }

  builtin typeset -g __jumpseat_private=0
  builtin typeset -ga precmd_functions preexec_functions
  precmd_functions=(__jumpseat_before $precmd_functions __jumpseat_after)
  preexec_functions+=(__jumpseat_preexec)
}

# Not inside a function: what the person's own file declares is to be global.
if [[ -r "${ZDOTDIR-$HOME}/.zshenv" ]]; then
  builtin source "${ZDOTDIR-$HOME}/.zshenv"
fi
