//! What people, their tools and their prompts do to the things that the integration hangs on: copy, wrap, lock,
//! replace, rename them. The shell stays quiet, and the marks stay right.

use super::*;

/// Three commands with three exit codes, the first of them twice.
async fn commands_are_right(shell: &mut Running, what: &str) {
    for (command, code) in [("echo hi", 0), ("false", 1), ("sh -c 'exit 3'", 3)] {
        assert_eq!(shell.line(command).await, marks(command, code), "{what}: {}", shell.text());
    }
}

/// Nothing of the integration shows: no complaint, no word of its own.
fn is_quiet(shell: &Running, what: &str) {
    let mut shown = String::new();
    let mut rest = shell.text();
    while let Some(start) = rest.find("\x1b]633;") {
        let len = rest[start..].find('\x07').map_or(rest.len(), |len| start + len);
        shown.push_str(&rest[..start]);
        rest = rest[len..].to_owned();
    }
    shown.push_str(&rest);
    for noise in
        ["jumpseat_", "readonly variable", "read-only", "not found", "unbound", "not set", "limit", "Unknown"]
    {
        assert!(!shown.contains(noise), "{what}: {shown:?}");
    }
}

#[tokio::test]
async fn bash_with_locked_variables_options_and_traps_stays_quiet_and_right() {
    for rc in [
        "readonly PS0\n",
        "set -u\n",
        "set -o posix\n",
        "set -u -o posix -E; trap ':' ERR\n",
        "shopt -s extdebug; trap 'last=$BASH_COMMAND' DEBUG\n",
        "set -T; trap 'last=$BASH_COMMAND' DEBUG\n",
        "IFS=';633CD'\n",
        "set -a -C\n",
        "readonly LC_ALL text=1 out=2 char=3 hex=4 i=5 newest=6\n",
        "alias printf='echo P' builtin='echo B' local='echo L' history='echo H' trap='echo T' unset='echo U'\n",
        "local() { echo L; }; printf() { echo P; }; history() { echo H; }; trap() { echo T; }\n",
        "shopt -s failglob nocasematch compat31\n",
        "HISTCONTROL=ignorespace; HISTTIMEFORMAT='%F %T '\n",
        "PROMPT_COMMAND='false;'\n",
        "PROMPT_COMMAND=(false 'x=1')\n",
    ] {
        let rc = format!("PS1='$ '\n{rc}");
        let mut bash = Running::start(&["bash"], &[(".bashrc", &rc)]).await;
        commands_are_right(&mut bash, &rc).await;
        is_quiet(&bash, &rc);
    }
}

#[tokio::test]
async fn bash_with_a_locked_history_format_or_prompt_command_counts_on_the_screen() {
    for rc in ["readonly HISTTIMEFORMAT='%F %T '\n", "PROMPT_COMMAND=':'\nreadonly PROMPT_COMMAND\n"] {
        let rc = format!("PS1='$ '\n{rc}");
        let mut bash = Running::start(&["bash"], &[(".bashrc", &rc)]).await;
        for (command, code) in [("echo hi", 0), ("false", 1)] {
            let mut told = bash.line(command).await;
            // A prompt in a subshell tells the exit code again, where nothing runs any more.
            told.dedup();
            let expected = [format!("E;{command};typed;N"), "C;N".to_owned(), format!("D;{code};N")];
            assert_eq!(told, expected, "{rc}");
        }
        is_quiet(&bash, &rc);
    }
}

#[tokio::test]
async fn bash_goes_on_when_its_hooks_are_locked_replaced_or_taken_away() {
    for command in [
        "PROMPT_COMMAND='x=1'",
        "PROMPT_COMMAND=\"false; $PROMPT_COMMAND\"",
        "PROMPT_COMMAND+=(false)",
        "PS0=",
        "_old=$PS1; PS1=\"(env) $PS1\"; export PS1; PS1=$_old",
        "set -e",
        "exec 3>out; exec >&3",
    ] {
        let mut bash = Running::start(&["bash"], &[(".bashrc", "PS1='$ '\n")]).await;
        bash.line(command).await;
        assert_eq!(bash.line("echo hi").await, marks("echo hi", 0), "{command}");
        assert_eq!(bash.line("! true || :").await, marks("! true || :", 0), "{command}");
        is_quiet(&bash, command);
        let out = fs::read_to_string(bash.path().join("out")).unwrap_or_default();
        assert!(!out.contains("633"), "a mark in a person's file: {out:?}");
    }
    // Without PROMPT_COMMAND the prompt itself tells the end.
    let mut bash = Running::start(&["bash"], &[(".bashrc", "PS1='$ '\n")]).await;
    bash.line("unset PROMPT_COMMAND").await;
    commands_are_right(&mut bash, "unset").await;
    bash.line("readonly PROMPT_COMMAND PS0 PS1").await;
    commands_are_right(&mut bash, "locked").await;
}

#[tokio::test]
async fn bash_without_a_history_tells_no_other_command_for_one() {
    let mut bash = Running::start(&["bash"], &[(".bashrc", "PS1='$ '\n")]).await;
    assert_eq!(bash.line("echo a").await, marks("echo a", 0));
    assert_eq!(bash.line("history -c").await, marks("history -c", 0));
    assert_eq!(bash.line("set +o history").await, marks("set +o history", 0));
    // It counts only if it is what was typed.
    assert_eq!(bash.line("echo secret").await, ["E;set +o history;typed;N", "C;N", "D;0;N"]);
}

#[tokio::test]
async fn a_nested_bash_that_inherits_the_prompts_is_quiet() {
    let mut bash = Running::start(&["bash"], &[(".bashrc", "PS1='$ '\n")]).await;
    bash.line("set -a; PS1=$PS1 PS0=$PS0").await;
    bash.keys(b"bash --norc -u\r").await;
    while bash.mark().await != "C;N" {}
    bash.keys(b"echo nes\"\"ted; exit 4\r").await;
    let marks = bash.prompt_after("D;4;N").await;
    assert!(marks.contains(&"D;4;N".to_owned()), "{marks:?}");
    is_quiet(&bash, "nested");
}

#[tokio::test]
async fn zsh_with_options_locks_and_replaced_hooks_stays_quiet_and_right() {
    for rc in [
        "setopt nounset ksharrays shwordsplit globsubst allexport noclobber\n",
        "setopt prompt_subst prompt_bang extended_glob\n",
        "TRAPZERR() { : }; TRAPDEBUG() { : }\n",
        "IFS=';633CD'\n",
        "typeset -r text=1 out=2 char=3 hex=4 lead=5\n",
        "alias printf='echo P' builtin='echo B' local='echo L' emulate='echo E'; alias -g PS1=X\n",
        "printf() { echo P }; local() { echo L }\n",
        "mine() { : }; precmd_functions=(mine); preexec_functions=(mine)\n",
        "typeset -r precmd_functions preexec_functions zshaddhistory_functions\n",
        "(( $+functions[precmd] )) && functions -c precmd theirs; precmd() { theirs; mine=1 }\n",
    ] {
        let rc = format!("PS1='$ '\n{rc}");
        let mut zsh = Running::start(&["zsh"], &[(".zshrc", &rc)]).await;
        commands_are_right(&mut zsh, &rc).await;
        is_quiet(&zsh, &rc);
    }
}

#[tokio::test]
async fn zsh_brings_back_hooks_that_were_replaced_later() {
    for command in [
        "precmd_functions=()",
        "preexec_functions=()",
        "precmd_functions=(true) preexec_functions=(true)",
        "source ~/.zshrc",
        "setopt errexit",
        "typeset -r PS1 precmd_functions preexec_functions",
        "exec 3>out; exec >&3",
    ] {
        let mut zsh = Running::start(&["zsh"], &[(".zshrc", "PS1='$ '\n")]).await;
        zsh.line(command).await;
        assert_eq!(zsh.line("echo hi").await, marks("echo hi", 0), "{command}");
        assert_eq!(zsh.line("! true || :").await, marks("! true || :", 0), "{command}");
        is_quiet(&zsh, command);
        let out = fs::read_to_string(zsh.path().join("out")).unwrap_or_default();
        assert!(!out.contains("633"), "a mark in a person's file: {out:?}");
    }
}

/// What `python3 -m venv` writes for fish, as far as prompts go: it copies the prompt, and puts it back.
const ENVIRONMENT: &str = "function deactivate\n  functions -e fish_prompt\n  functions -c _old_fish_prompt fish_prompt\n  \
     functions -e _old_fish_prompt\n  functions -e deactivate\nend\nfunctions -c fish_prompt _old_fish_prompt\n\
     function fish_prompt\n  set -l old_status $status\n  printf '(v) '\n  echo \"exit $old_status\" | .\n  \
     _old_fish_prompt\nend\n";

#[tokio::test]
async fn fish_lets_others_copy_wrap_and_put_back_its_prompt() {
    let own = "function fish_prompt\n  printf 'mine[%s]> ' $status\nend\n";
    for config in ["", own] {
        let files = [(".config/fish/config.fish", config), ("activate.fish", ENVIRONMENT)];
        let mut fish = Running::start(&["fish"], &files).await;
        fish.line("source activate.fish").await;
        commands_are_right(&mut fish, "activated").await;
        fish.until("(v) ").await;
        fish.line("deactivate").await;
        commands_are_right(&mut fish, "deactivated").await;
        is_quiet(&fish, config);
    }
    for change in [
        "functions --copy fish_prompt _old; function fish_prompt; echo -n '(v) '; _old; end",
        "function fish_prompt; printf '\\e]133;A\\aother> \\e]133;B\\a'; end",
        "functions -e fish_prompt",
        "function printf; echo P; end; function test; echo T; end; function string; echo S; end",
        "function other --on-event fish_postexec; false; end; function mine --on-event fish_prompt; false; end",
    ] {
        let mut fish = Running::start(&["fish"], &[(".config/fish/config.fish", own)]).await;
        fish.line(change).await;
        commands_are_right(&mut fish, change).await;
        if !change.contains("-e") {
            is_quiet(&fish, change);
        }
    }
}
