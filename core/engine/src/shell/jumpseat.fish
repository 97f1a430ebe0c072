# Marks prompts and commands for Jumpseat: read by `fish --init-command`, after the person's own configuration.

if status is-interactive; and not set -q __jumpseat_on
    set -g __jumpseat_on 1
    set -g __jumpseat_nonce "$JUMPSEAT_SHELL_NONCE"
    set -e JUMPSEAT_SHELL_NONCE
    set -g __jumpseat_ran 0

    # Text as OSC 633 carries it: backslash, semicolon and line ends as \xHH.
    function __jumpseat_escape
        string replace -a '\\' '\\\\' -- $argv | string replace -a ';' '\x3b' | string replace -a \t '\x09' | string replace -a \e '\x1b' | string replace -a \a '\x07' | string join '\x0a'
    end

    function __jumpseat_preexec --on-event fish_preexec
        set -g __jumpseat_ran 1
        # A line that is kept out of the history is not told either.
        if not string match -qr '^ ' -- "$argv[1]"; and test -z "$fish_private_mode"
            printf '\e]633;E;%s;%s\a' (__jumpseat_escape $argv[1]) $__jumpseat_nonce
        end
        printf '\e]633;C\a'
    end

    function __jumpseat_postexec --on-event fish_postexec
        set -l code $status
        set -g __jumpseat_ran 0
        printf '\e]633;D;%s\a' $code
    end

    function __jumpseat_cancel --on-event fish_cancel
        printf '\e]633;D\a'
    end

    function __jumpseat_before --on-event fish_prompt
        printf '\e]633;P;Cwd=%s\a' (__jumpseat_escape $PWD)
        # A prompt that was set since is marked in its turn.
        if not functions fish_prompt | string match -q '*__jumpseat_prompt*'
            functions -e __jumpseat_prompt
            functions -c fish_prompt __jumpseat_prompt
            function fish_prompt
                set -l code $status
                printf '\e]633;A\a'
                __jumpseat_return $code
                __jumpseat_prompt
                printf '\e]633;B\a'
            end
        end
    end

    function __jumpseat_return
        return $argv[1]
    end

    # The first prompt must be marked, too, and the event comes before it.
end
