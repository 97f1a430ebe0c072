# Marks prompts and commands for Jumpseat: read by bash in place of ~/.bashrc, which it reads itself first.
# What a person has set up (prompt, PROMPT_COMMAND, PS0, traps) stays and goes first.

if [[ -n "${JUMPSEAT_SHELL_LOGIN-}" ]]; then
  unset JUMPSEAT_SHELL_LOGIN
  [[ -r /etc/profile ]] && . /etc/profile
  if [[ -r ~/.bash_profile ]]; then
    . ~/.bash_profile
  elif [[ -r ~/.bash_login ]]; then
    . ~/.bash_login
  elif [[ -r ~/.profile ]]; then
    . ~/.profile
  fi
elif [[ -r ~/.bashrc ]]; then
  . ~/.bashrc
fi

# Once in a shell, in interactive ones only, and not in bash before 4.0.
if [[ $- == *i* && -z "${__jumpseat_on-}" && "${BASH_VERSINFO[0]}" -ge 4 ]]; then

__jumpseat_on=1
__jumpseat_nonce="${JUMPSEAT_SHELL_NONCE-}"
unset JUMPSEAT_SHELL_NONCE
__jumpseat_status=0
__jumpseat_ran=0
__jumpseat_empty=
__jumpseat_last=
__jumpseat_prompt=
__jumpseat_marked=

# Text as OSC 633 carries it: backslash, semicolon and control characters as \xHH.
__jumpseat_escape() {
  local LC_ALL=C text="$1" char hex i
  text="${text//\\/\\\\}"
  text="${text//;/\\x3b}"
  if [[ "$text" == *[[:cntrl:]]* ]]; then
    local out=
    for ((i = 0; i < ${#text}; i++)); do
      char="${text:i:1}"
      if [[ "$char" == [[:cntrl:]] ]]; then
        printf -v hex '\\x%02x' "'$char"
        out+="$hex"
      else
        out+="$char"
      fi
    done
    text="$out"
  fi
  __jumpseat_text="$text"
}

# The newest line of the history, its number first.
__jumpseat_newest() {
  HISTTIMEFORMAT='' builtin history 1 2>/dev/null
}

# Runs inside PS0, in a subshell: prints the marks that a command begins with. A line that the history did not
# take because it began with a blank is private: it is not told.
__jumpseat_command() {
  local newest keeps_out=":${HISTCONTROL-}:" IFS=$' \t\n'
  newest="$(__jumpseat_newest)"
  # The same line as before: typed again, unless something else but repetition keeps lines out.
  if [[ "$newest" != "$__jumpseat_last" ||
    ("$keeps_out" != *:ignorespace:* && "$keeps_out" != *:ignoreboth:* && -z "${HISTIGNORE-}") ]] &&
    [[ "$newest" =~ ^[[:blank:]]*[0-9]+[*[:blank:]][[:blank:]](.*)$ ]]; then
    __jumpseat_escape "${BASH_REMATCH[1]}"
    builtin printf '\e]633;E;%s;%s\a' "$__jumpseat_text" "$__jumpseat_nonce"
  fi
  builtin printf '\e]633;C\a'
}

# First of PROMPT_COMMAND: keeps the exit code.
__jumpseat_before() {
  __jumpseat_status=$?
}

# The same where all of PROMPT_COMMAND is one text: those that come after it must find the exit code, too. An
# errexit or an ERR trap would take that for a failure.
__jumpseat_before_text() {
  __jumpseat_status=$?
  [[ "$__jumpseat_status" == 0 || $- == *e* || -n "$(trap -p ERR)" ]] || return "$__jumpseat_status"
}

# Last of PROMPT_COMMAND: ends the command, tells the folder, and marks the prompt as it stands by now.
__jumpseat_after() {
  local __jumpseat_text
  if [[ "$__jumpseat_ran" == 1 ]]; then
    builtin printf '\e]633;D;%s\a' "$__jumpseat_status"
  else
    builtin printf '\e]633;D\a'
  fi
  __jumpseat_ran=0
  __jumpseat_escape "$PWD"
  builtin printf '\e]633;P;Cwd=%s\a' "$__jumpseat_text"
  if [[ "${PS1-}" != "$__jumpseat_marked" ]]; then
    __jumpseat_prompt="${PS1-}"
    __jumpseat_marked='\[\e]633;A\a\]'"$__jumpseat_prompt"'\[\e]633;B\a\]'
    PS1="$__jumpseat_marked"
  fi
  if [[ -n "$__jumpseat_ps0" ]]; then
    __jumpseat_last="$(__jumpseat_newest)"
    if ! shopt -q promptvars; then
      PS0="${PS0-}"
      PS0="${PS0//"$__jumpseat_ps0"/}"
    elif [[ "${PS0-}" != *"$__jumpseat_ps0"* ]]; then
      PS0="${PS0-}$__jumpseat_ps0"
    fi
  fi
}

# Before bash 4.4 there is no PS0: a DEBUG trap does its work, unless there is one already.
__jumpseat_debug() {
  [[ "$__jumpseat_ran" == 0 && -z "${COMP_LINE-}" && "$BASH_COMMAND" != __jumpseat_* ]] || return 0
  [[ "$__jumpseat_at_prompt" == 1 ]] || return 0
  __jumpseat_ran=1
  __jumpseat_at_prompt=0
  local __jumpseat_text
  __jumpseat_escape "$BASH_COMMAND"
  builtin printf '\e]633;E;%s;%s\a\e]633;C\a' "$__jumpseat_text" "$__jumpseat_nonce"
}

__jumpseat_ps0=
if [[ "${BASH_VERSINFO[0]}" -gt 4 || "${BASH_VERSINFO[1]}" -ge 4 ]]; then
  # The arithmetic runs in this very shell and expands to nothing; the marks come from a subshell.
  __jumpseat_ps0='${__jumpseat_empty:((__jumpseat_ran=1)):0}$(__jumpseat_command)'
fi

if [[ "${BASH_VERSINFO[0]}" -gt 5 || ("${BASH_VERSINFO[0]}" -eq 5 && "${BASH_VERSINFO[1]}" -ge 1) ]]; then
  # An array since 5.1; each of its elements finds the exit code as it was.
  PROMPT_COMMAND=(__jumpseat_before ${PROMPT_COMMAND+"${PROMPT_COMMAND[@]}"} __jumpseat_after)
else
  # The last command may end in a semicolon, a blank or a comment: so the parts stand on lines.
  PROMPT_COMMAND=$'__jumpseat_before_text\n'"${PROMPT_COMMAND-}"$'\n__jumpseat_after'
fi
if [[ -z "$__jumpseat_ps0" && -z "$(trap -p DEBUG)" ]]; then
  __jumpseat_at_prompt=0
  PROMPT_COMMAND+=$'\n__jumpseat_at_prompt=1'
  trap __jumpseat_debug DEBUG
fi

fi
