# Marks prompts and commands for Jumpseat: read by bash in place of ~/.bashrc, which it reads itself.
# What a person has set up (prompt, PROMPT_COMMAND, PS0, traps, options, aliases, locked variables) stays, works,
# and goes first. So everything is defined before it, and anything that can be locked is asked about before it is set.

if [[ $- == *i* && -z "${__jumpseat_on-}" && "${BASH_VERSINFO[0]}" -ge 4 ]]; then

__jumpseat_on=1
__jumpseat_nonce=
# Nobody else reads it here: the file is emptied before anything else runs.
if [[ -n "${JUMPSEAT_SHELL_NONCE_FILE-}" ]]; then
  builtin read -r __jumpseat_nonce 2>/dev/null <"$JUMPSEAT_SHELL_NONCE_FILE" || :
  : 2>/dev/null >|"$JUMPSEAT_SHELL_NONCE_FILE" || :
fi
__jumpseat_at_prompt=
__jumpseat_blind=
__jumpseat_empty=
__jumpseat_last=
__jumpseat_ran=
__jumpseat_status=0
__jumpseat_text=
declare +x __jumpseat_on __jumpseat_nonce __jumpseat_ran

# Around PS1. Bash tells the exit code there, too, for when PROMPT_COMMAND lost its last part. All of it is inside of
# a mark, so that nothing shows where a prompt expands no variables.
__jumpseat_begin='\[\e]633;${__jumpseat_ran:+D;$?;${__jumpseat_nonce-}}\a\e]633;A\a\]'
__jumpseat_end='\[\e]633;B\a\]'
# In PS0. The arithmetic runs in this very shell and expands to nothing; the marks come from a subshell. A nested shell
# that inherits the variable has no such function.
__jumpseat_ps0='${__jumpseat_on:+${__jumpseat_empty:((__jumpseat_ran=1)):0}$({ __jumpseat_command; } 2>/dev/null)}'

# Text as OSC 633 carries it: backslash, semicolon and control characters (those of two bytes, too) as \xHH.
__jumpseat_escape() {
  builtin local LC_ALL=C __jumpseat_in="$1" __jumpseat_char __jumpseat_hex __jumpseat_out= __jumpseat_i
  builtin local __jumpseat_lead=
  __jumpseat_in="${__jumpseat_in//\\/\\\\}"
  __jumpseat_in="${__jumpseat_in//;/\\x3b}"
  if [[ "$__jumpseat_in" == *[[:cntrl:]]* || "$__jumpseat_in" == *$'\xc2'[$'\x80'-$'\x9f']* ]]; then
    for ((__jumpseat_i = 0; __jumpseat_i < ${#__jumpseat_in}; __jumpseat_i++)); do
      __jumpseat_char="${__jumpseat_in:__jumpseat_i:1}"
      if [[ -n "$__jumpseat_lead" || "$__jumpseat_char" == [[:cntrl:]$'\xc2'] ]]; then
        builtin printf -v __jumpseat_hex '\\x%02x' "'$__jumpseat_char"
        __jumpseat_out+="$__jumpseat_hex"
      else
        __jumpseat_out+="$__jumpseat_char"
      fi
      if [[ "$__jumpseat_char" == $'\xc2' ]]; then __jumpseat_lead=1; else __jumpseat_lead=; fi
    done
    __jumpseat_in="$__jumpseat_out"
  fi
  __jumpseat_text="$__jumpseat_in"
}

# Whether a variable cannot be written. Trying it would end whatever tries.
__jumpseat_locked() {
  [[ "$(builtin declare -p "$1" 2>/dev/null)" =~ ^declare\ -[a-zA-Z]*r ]]
}

# The newest line of the history, its number first; empty where there is none.
__jumpseat_newest() {
  if [[ -n "${HISTTIMEFORMAT-}" ]] && __jumpseat_locked HISTTIMEFORMAT; then
    builtin fc -l -0 -0 2>/dev/null
  else
    HISTTIMEFORMAT='' builtin history 1 2>/dev/null
  fi
}

# Prints the marks that a command begins with; runs in a subshell. A line that the history did not take is private.
# Where that cannot be told from a repeated one, the line counts only if it is the one that the screen shows.
__jumpseat_command() {
  builtin local IFS=$' \t\n' __jumpseat_now __jumpseat_typed=
  __jumpseat_now="$(__jumpseat_newest)"
  if [[ -n "$__jumpseat_blind" || "$__jumpseat_now" == "$__jumpseat_last" ]] ||
    { [[ -n "${HISTTIMEFORMAT-}" ]] && __jumpseat_locked HISTTIMEFORMAT; }; then
    __jumpseat_typed=';typed'
  fi
  if [[ "$__jumpseat_now" =~ ^[[:blank:]]*[0-9]+[*[:blank:]][[:blank:]](.*)$ ]]; then
    __jumpseat_escape "${BASH_REMATCH[1]}"
    builtin printf '\e]633;E;%s%s;%s\a' "$__jumpseat_text" "$__jumpseat_typed" "$__jumpseat_nonce"
  fi
  builtin printf '\e]633;C;%s\a' "$__jumpseat_nonce"
}

# Where all of PROMPT_COMMAND is one text: keeps the exit code, and leaves it for those that come after it. An
# errexit or an ERR trap would take that for a failure.
__jumpseat_before() {
  __jumpseat_status=$?
  [[ "$__jumpseat_status" == 0 || $- == *e* || -n "$(builtin trap -p ERR)" ]] || return "$__jumpseat_status"
}

# At the end of PROMPT_COMMAND, with the exit code: ends the command, tells the folder, and marks the prompt as it
# stands by now.
__jumpseat_after() {
  if [[ -n "$__jumpseat_ran" ]]; then
    builtin printf '\e]633;D;%s;%s\a' "$1" "$__jumpseat_nonce"
  else
    builtin printf '\e]633;D\a'
  fi
  __jumpseat_ran=
  __jumpseat_escape "$PWD"
  builtin printf '\e]633;P;Cwd=%s;%s\a' "$__jumpseat_text" "$__jumpseat_nonce"
  __jumpseat_mark
  __jumpseat_last="$(__jumpseat_newest)"
  __jumpseat_at_prompt=1
  # Where everything that is set goes to programs, these do not.
  builtin declare -g +x __jumpseat_at_prompt __jumpseat_last __jumpseat_ran __jumpseat_status __jumpseat_text
}

# Whatever took a copy of the prompt, put it back or put something around it: the marks stand at its ends, once.
__jumpseat_mark() {
  builtin local __jumpseat_in="${PS1-}"
  __jumpseat_in="${__jumpseat_in//"$__jumpseat_begin"/}"
  __jumpseat_in="$__jumpseat_begin${__jumpseat_in//"$__jumpseat_end"/}$__jumpseat_end"
  if [[ "${PS1-}" != "$__jumpseat_in" ]] && ! __jumpseat_locked PS1; then
    PS1="$__jumpseat_in"
  fi
  if [[ -n "$__jumpseat_ps0" ]]; then
    __jumpseat_in="${PS0-}"
    __jumpseat_in="${__jumpseat_in//"$__jumpseat_ps0"/}"
    if builtin shopt -q promptvars; then
      __jumpseat_in+="$__jumpseat_ps0"
    fi
    if [[ "${PS0-}" != "$__jumpseat_in" ]] && ! __jumpseat_locked PS0; then
      PS0="$__jumpseat_in"
    fi
  fi
}

# Without PS0 (before bash 4.4, or where it is locked) a DEBUG trap does its work, unless there is one already.
__jumpseat_debug() {
  if [[ -n "$__jumpseat_at_prompt" && -z "${COMP_LINE-}" && "$BASH_COMMAND" != *__jumpseat_* ]]; then
    __jumpseat_ran=1
    __jumpseat_at_prompt=
    { __jumpseat_command; } 2>/dev/null >/dev/tty || :
  fi
}

# The marks go to the terminal, wherever the shell's own output goes.
__jumpseat_install() {
  builtin local __jumpseat_do='{ __jumpseat_after "$?"; } 2>/dev/null >/dev/tty || :'
  if __jumpseat_locked PROMPT_COMMAND; then
    if __jumpseat_locked PS1; then
      return 0
    fi
    # The prompt does it, in a subshell, which remembers nothing.
    __jumpseat_blind=1
    __jumpseat_begin='\[${__jumpseat_on:+$({ __jumpseat_after "$?"; } 2>/dev/null)}\e]633;A\a\]'
  elif [[ "${BASH_VERSINFO[0]}" -gt 5 || ("${BASH_VERSINFO[0]}" -eq 5 && "${BASH_VERSINFO[1]}" -ge 1) ]]; then
    # An array since 5.1: a person who sets or takes the first element leaves this one, and each of them finds the exit
    # code as it was.
    PROMPT_COMMAND[633]="$__jumpseat_do"
  else
    # The last command may end in a semicolon, a blank or a comment: so the parts stand on lines.
    PROMPT_COMMAND=$'__jumpseat_before\n'"${PROMPT_COMMAND-}"$'\n'"${__jumpseat_do/\?/__jumpseat_status}"
  fi
  if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -lt 4 ]] || __jumpseat_locked PS0; then
    __jumpseat_ps0=
    if [[ -z "$(builtin trap -p DEBUG)" ]]; then
      builtin trap __jumpseat_debug DEBUG
    fi
  fi
  __jumpseat_mark
}

fi
unset JUMPSEAT_SHELL_NONCE_FILE

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

if [[ -n "${__jumpseat_on-}" ]]; then
  { __jumpseat_install; } 2>/dev/null || :
fi
