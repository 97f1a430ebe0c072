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
  builtin typeset -g +x __jumpseat_on=1 __jumpseat_nonce=''
  # Nobody else reads it here: the file is emptied before anything else runs.
  if [[ -n "${JUMPSEAT_SHELL_NONCE_FILE-}" ]]; then
    { builtin read -r __jumpseat_nonce <"$JUMPSEAT_SHELL_NONCE_FILE" } 2>/dev/null
    { : >|"$JUMPSEAT_SHELL_NONCE_FILE" } 2>/dev/null
  fi
  builtin typeset -g __jumpseat_ran=0 __jumpseat_status=0 __jumpseat_private=0 __jumpseat_text=''

  # Text as OSC 633 carries it: backslash, semicolon and control characters (those of two bytes, too) as \xHH.
  __jumpseat_escape() {
    builtin emulate -L zsh -o no_aliases -o no_multibyte -o extended_glob
    builtin local text="$1" out='' char hex lead=''
    text="${text//\\/\\\\}"
    text="${text//;/\\x3b}"
    if [[ "$text" == *[[:cntrl:]]* || "$text" == *$'\xc2'[$'\x80'-$'\x9f']* ]]; then
      for char in "${(@s::)text}"; do
        if [[ -n "$lead" || "$char" == [[:cntrl:]] || "$char" == $'\xc2' ]]; then
          builtin printf -v hex '\\x%02x' "'$char"
          out+="$hex"
        else
          out+="$char"
        fi
        if [[ "$char" == $'\xc2' ]]; then lead=1; else lead=''; fi
      done
      text="$out"
    fi
    __jumpseat_text="$text"
  }

  __jumpseat_preexec() {
    builtin emulate -L zsh -o no_aliases
    __jumpseat_ran=1
    {
      # A line that is kept out of the history is not told either.
      if [[ -n "$1" && ! ( "$2" != "" && "$1" == ' '* && "$__jumpseat_private" == 1 ) ]]; then
        __jumpseat_escape "$1"
        builtin printf '\e]633;E;%s;%s\a' "$__jumpseat_text" "$__jumpseat_nonce"
      fi
      builtin printf '\e]633;C;%s\a' "$__jumpseat_nonce"
      __jumpseat_order
    } 2>/dev/null >/dev/tty
    return 0
  }

  # First of the hooks: keeps the exit code.
  __jumpseat_before() {
    __jumpseat_status=$?
  }

  # Last of the hooks: ends the command, tells the folder, and marks the prompt as it stands by now.
  __jumpseat_after() {
    if [[ -o hist_ignore_space ]]; then __jumpseat_private=1; else __jumpseat_private=0; fi
    if [[ -o prompt_percent ]]; then builtin set -- 1; else builtin set -- ''; fi
    builtin emulate -L zsh -o no_aliases
    {
      if (( __jumpseat_ran )); then
        builtin printf '\e]633;D;%s;%s\a' "$__jumpseat_status" "$__jumpseat_nonce"
      else
        builtin printf '\e]633;D\a'
      fi
      __jumpseat_ran=0
      __jumpseat_escape "$PWD"
      builtin printf '\e]633;P;Cwd=%s;%s\a' "$__jumpseat_text" "$__jumpseat_nonce"
      if [[ -n "$1" && "${PS1-}" != *$'\e]633;B\a'* && "${(t)PS1}" != *readonly* ]]; then
        PS1=$'%{\e]633;A\a%}'"${PS1-}"$'%{\e]633;B\a%}'
      fi
      __jumpseat_order
    } 2>/dev/null >/dev/tty
    return 0
  }

  # Hooks that came later (a prompt theme's) go between these two, and hooks that were lost come back: each of the
  # three lists brings back the others.
  __jumpseat_order() {
    builtin emulate -L zsh -o no_aliases
    if [[ "${(t)precmd_functions}" != *readonly* ]]; then
      precmd_functions=(__jumpseat_before ${precmd_functions:#__jumpseat_(before|after)} __jumpseat_after)
    fi
    if [[ "${(t)preexec_functions}" != *readonly* ]]; then
      preexec_functions=(${preexec_functions:#__jumpseat_preexec} __jumpseat_preexec)
    fi
    if [[ "${(t)zshaddhistory_functions}" != *readonly* ]]; then
      zshaddhistory_functions=(${zshaddhistory_functions:#__jumpseat_line} __jumpseat_line)
    fi
  }

  # A line was entered.
  __jumpseat_line() {
    { __jumpseat_order } 2>/dev/null
    return 0
  }

  # zsh calls this one before it looks at the others: so the order is right at the first prompt already. A
  # person's own function of this name replaces it, and the order is right from the second prompt on. A copy of it
  # must not take away what has its name by then.
  precmd() {
    [[ "${functions[precmd]-}" == *__jumpseat_order* ]] && builtin unfunction precmd
    __jumpseat_order
    return 0
  }

  builtin typeset -ga precmd_functions preexec_functions zshaddhistory_functions
  __jumpseat_order
}
builtin unset JUMPSEAT_SHELL_NONCE_FILE

# Not inside a function: what the person's own file declares is to be global.
if [[ -r "${ZDOTDIR-$HOME}/.zshenv" ]]; then
  builtin source "${ZDOTDIR-$HOME}/.zshenv"
fi
