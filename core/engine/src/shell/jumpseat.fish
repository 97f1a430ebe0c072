# Marks prompts and commands for Jumpseat: read by `fish --init-command`, after the person's own configuration.
# It hangs on fish's events alone. The prompt is a function that others copy, wrap, rename and put back.

if status is-interactive; and not set -q __jumpseat_on
    set -g __jumpseat_on 1
    set -g __jumpseat_nonce
    # Nobody else reads it later: the file is emptied.
    if set -q JUMPSEAT_SHELL_NONCE_FILE
        builtin read -g __jumpseat_nonce <$JUMPSEAT_SHELL_NONCE_FILE
        builtin printf '' >$JUMPSEAT_SHELL_NONCE_FILE
    end

    # Text as OSC 633 carries it: backslash, semicolon and control characters as \xHH.
    function __jumpseat_escape
        set -l text (builtin string replace -a '\\' '\\\\' -- $argv | builtin string replace -a ';' '\x3b' | builtin string join '\x0a')
        if builtin string match -qr '[\x00-\x1f\x7f-\x9f]' -- $text
            set -l out
            for char in (builtin string split '' -- $text)
                if builtin string match -qr '[\x00-\x1f\x7f-\x9f]' -- $char
                    set char (builtin string escape --style=url -- $char | builtin string lower | builtin string replace -a '%' '\x')
                end
                set out "$out$char"
            end
            set text $out
        end
        builtin printf '%s' $text
    end

    function __jumpseat_preexec --on-event fish_preexec
        # A line that is kept out of the history is not told either.
        if not builtin string match -qr '^ ' -- "$argv[1]"; and builtin test -z "$fish_private_mode"
            builtin printf '\e]633;E;%s;%s\a' (__jumpseat_escape $argv[1]) $__jumpseat_nonce
        end
        builtin printf '\e]633;C;%s\a' $__jumpseat_nonce
    end

    function __jumpseat_postexec --on-event fish_postexec
        builtin printf '\e]633;D;%s;%s\a' $status $__jumpseat_nonce
    end

    # A line was given up: the same prompt comes again, without its event.
    function __jumpseat_cancel --on-event fish_cancel
        builtin printf '\e]633;D\a\e]633;A\a'
    end

    function __jumpseat_before --on-event fish_prompt
        builtin printf '\e]633;P;Cwd=%s;%s\a\e]633;A\a' (__jumpseat_escape $PWD) $__jumpseat_nonce
    end
end
set -e JUMPSEAT_SHELL_NONCE_FILE
