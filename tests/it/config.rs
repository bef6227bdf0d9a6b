//! `credential config`: the file's path, its check, and a person's editor.

use std::fs::{read_to_string, set_permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt, symlink};

use sandbox::Setup;

use crate::ahead::until;
use crate::home::Home;
use crate::screen::{Terminal, ended, outcome};

/// A home with an editor: a shell script that has the file's name as `$1`.
fn with_editor(script: &str) -> Home {
    let mut home = Home::usual();
    let path = home.path("editor");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a file");
    set_permissions(&path, PermissionsExt::from_mode(0o755)).expect("it is ours");
    home.set("EDITOR", path.display().to_string());
    home
}

fn configuration(home: &Home) -> String {
    read_to_string(home.path("config.toml")).expect("it is there")
}

/// Asserts that the editor's private copy is gone.
#[track_caller]
fn assert_no_copy(home: &Home) {
    let copies = std::fs::read_dir(home.cache().join("edit")).expect("there was one");
    assert_eq!(copies.count(), 0);
}

#[test]
fn the_path_is_printed_whether_or_not_the_file_is_there() {
    let home = Home::bare(Setup::default());
    let path = format!("{}\n", home.path("config.toml").display());
    assert_eq!(home.run(&["config", "path"]).answer(), path);
    home.configure("broken = ");
    assert_eq!(home.run(&["config", "path"]).answer(), path);
}

#[test]
fn a_path_that_is_no_line_of_text_is_not_printed() {
    let mut home = Home::bare(Setup::default());
    let name = home.path("x\ny").display().to_string();
    home.set("ALB_CREDENTIAL_CONFIG", name);
    let words = home.run(&["config", "path"]).told(2);
    assert!(
        words.contains("name another file in ALB_CREDENTIAL_CONFIG"),
        "{words}"
    );
}

#[test]
fn variables_in_place_of_the_file_are_named() {
    let mut home = Home::usual();
    home.set("ALB_CREDENTIAL_ORG_URL", home.sandbox.org_url());
    let said = home.run(&["config", "path"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(
        said.stdout,
        format!("{}\n", home.path("config.toml").display())
    );
    assert!(
        said.stderr.contains("ALB_CREDENTIAL_ORG_URL is set"),
        "{said:?}"
    );
    let words = home.run(&["config", "edit"]).told(2);
    assert!(words.contains("unset ALB_CREDENTIAL_ORG_URL"), "{words}");
}

#[test]
fn a_check_is_silent_in_a_script_and_says_what_there_is_at_a_terminal() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    assert_eq!(home.run(&["config", "check"]).answer(), "");
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential config check");
    let words = outcome(child).done();
    assert_eq!(
        words,
        "credential: the configuration is right: 2 apps, 1 org\n"
    );
}

#[test]
fn a_check_tells_a_mistake_with_its_place() {
    let home = Home::usual();
    home.append("sesion = \"1h\"");
    let words = home.run(&["config", "check"]).failure(2);
    let line = configuration(&home).lines().count();
    assert!(words.contains(&format!("config.toml:{line}:1")), "{words}");
    assert!(words.contains("session"), "{words}");
}

#[test]
fn a_check_without_a_configuration_says_how_to_begin() {
    let mut home = Home::bare(Setup::default());
    home.set("ALB_CREDENTIAL_CONFIG", "");
    let words = home.run(&["config", "check"]).told(2);
    assert!(words.contains("credential add URL"), "{words}");
}

#[test]
fn an_edited_file_keeps_its_link_and_mode() {
    let home = with_editor("printf 'session = \"1h\"\\n' >>\"$1\"");
    let (link, file) = (home.path("config.toml"), home.path("elsewhere.toml"));
    std::fs::rename(&link, &file).expect("it is ours");
    set_permissions(&file, PermissionsExt::from_mode(0o640)).expect("it is ours");
    symlink(&file, &link).expect("a link");
    let before = configuration(&home);
    let words = home.run(&["config", "edit"]).done();
    assert!(words.contains("wrote "), "{words}");
    assert_eq!(configuration(&home), format!("{before}session = \"1h\"\n"));
    assert!(link.is_symlink());
    let mode = file.metadata().expect("it is there").mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_no_copy(&home);
}

#[test]
fn the_editor_has_a_private_copy_and_visual_comes_first() {
    let mut home = with_editor("exit 7");
    let script = "stat -c %a \"$1\" >seen; basename \"$1\" >>seen; printenv ALB_CREDENTIAL_PASSWORD >>seen; :";
    home.set("VISUAL", format!("sh -c '{script}' \"two words\""));
    home.set("ALB_CREDENTIAL_PASSWORD", "secret");
    let before = configuration(&home);
    let words = home.run(&["config", "edit"]).done();
    assert!(words.contains("nothing was changed"), "{words}");
    let seen = read_to_string(home.path("seen")).expect("the editor ran");
    assert_eq!(seen, "600\nconfig.toml\n");
    assert_eq!(configuration(&home), before);
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let home = with_editor("echo broken >\"$1\"; exit 7");
    let before = configuration(&home);
    let words = home.run(&["config", "edit"]).told(1);
    assert!(words.contains("the editor failed"), "{words}");
    assert_eq!(configuration(&home), before);
    assert_no_copy(&home);
}

#[test]
fn a_mistake_without_a_terminal_is_an_error_and_changes_nothing() {
    let home = with_editor("echo 'sesion = 1' >>\"$1\"");
    let before = configuration(&home);
    let words = home.run(&["config", "edit"]).failure(2);
    assert!(words.contains("config.toml:"), "{words}");
    assert_eq!(configuration(&home), before);
    assert_no_copy(&home);
}

#[test]
fn a_file_is_made_where_there_is_none() {
    let home = with_editor("printf '%s' \"$TEXT\" >\"$1\"");
    let text = configuration(&home);
    std::fs::remove_file(home.path("config.toml")).expect("it is ours");
    let mut home = home;
    home.set("TEXT", text.clone());
    home.run(&["config", "edit"]).done();
    assert_eq!(configuration(&home), text);
    let file = home.path("config.toml").metadata().expect("it is there");
    assert_eq!(file.mode() & 0o777, 0o600);
}

/// The first edit breaks the text, the second one mends it.
const BREAKS_THEN_MENDS: &str = "if test -e tried
    then sed -i 's/^sesion/session/' \"$1\"
    else touch tried; echo 'sesion = \"2h\"' >>\"$1\"
    fi";

#[test]
fn after_a_mistake_a_person_may_edit_again() {
    let home = with_editor(BREAKS_THEN_MENDS);
    let before = configuration(&home);
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential config edit");
    terminal.until_next("config.toml:");
    terminal.until_next("e to edit it again");
    assert_eq!(configuration(&home), before, "the file is whole meanwhile");
    terminal.type_in("what\r");
    terminal.until_next("type e or x");
    terminal.until_next("[e] ");
    terminal.type_in("\r");
    let words = outcome(child).done();
    assert!(
        words.contains("the configuration is right: 1 app, 1 org"),
        "{words}"
    );
    assert_eq!(configuration(&home), format!("{before}session = \"2h\"\n"));
}

#[test]
fn after_a_mistake_a_person_may_leave_the_file_as_it_was() {
    let home = with_editor(BREAKS_THEN_MENDS);
    let before = configuration(&home);
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential config edit");
    terminal.until_next("e to edit it again");
    terminal.type_in("x\r");
    let words = outcome(child).failure(1);
    assert!(words.contains("nothing was written"), "{words}");
    assert_eq!(configuration(&home), before);
    assert_no_copy(&home);
}

/// Returns the text of the only kept file, and asserts that the error names its path and that nobody else can read it.
#[track_caller]
fn kept(home: &Home, words: &str) -> String {
    let name = home.path("config.toml.kept-1");
    let hint = format!("hint: your changes are kept in {}\n", name.display());
    // A terminal ends its lines otherwise.
    assert!(words.replace('\r', "").contains(&hint), "{words}");
    let mode = name.metadata().expect("it is there").mode();
    assert_eq!(mode & 0o777, 0o600);
    let kept = read_to_string(&name).expect("it is there");
    std::fs::remove_file(name).expect("it is ours");
    assert!(!home.path("config.toml.kept-2").exists());
    kept
}

/// An editor that adds a mistake.
const BREAKS: &str = "echo 'sesion = 1' >>\"$1\"";

#[test]
fn changes_that_do_not_get_into_the_file_are_kept() {
    let another = "echo 'session = \"1h\"' >>\"$1\"; echo '# another' >>config.toml";
    for (script, code, added) in [
        (BREAKS.to_owned(), 2, "sesion = 1\n"),
        (format!("{BREAKS}; exit 7"), 1, "sesion = 1\n"),
        (format!("{BREAKS}; kill -KILL $$"), 1, "sesion = 1\n"),
        (another.to_owned(), 1, "session = \"1h\"\n"),
    ] {
        let home = with_editor(&script);
        let before = configuration(&home);
        let words = home.run(&["config", "edit"]).failure(code);
        assert_eq!(kept(&home, &words), format!("{before}{added}"), "{script}");
        assert_no_copy(&home);
    }
}

#[test]
fn bytes_that_are_no_text_are_kept_too() {
    let home = with_editor("printf '\\377' >\"$1\"");
    home.run(&["config", "edit"]).told(1);
    let kept = std::fs::read(home.path("config.toml.kept-1")).expect("it is there");
    assert_eq!(kept, b"\xff");
}

#[test]
fn a_file_that_another_has_changed_meanwhile_ends_it_and_keeps_the_changes() {
    let home = with_editor("echo 'session = \"1h\"' >>\"$1\"; echo '# another' >>config.toml");
    let before = configuration(&home);
    let terminal = Terminal::new();
    let child = terminal.start(&home, "credential config edit");
    let words = outcome(child).told(1);
    assert!(words.contains("was changed meanwhile"), "{words}");
    assert!(words.contains("config.toml.kept-1"), "{words}");
    assert!(!words.contains("to edit it again"), "{words}");
    assert_eq!(configuration(&home), format!("{before}# another\n"));
    let kept = read_to_string(home.path("config.toml.kept-1")).expect("it is there");
    assert_eq!(kept, format!("{before}session = \"1h\"\n"));
}

#[test]
fn a_question_that_nobody_answers_keeps_the_changes() {
    for keys in [&["\x04"][..], &["what\r"; 3], &["\x03"]] {
        let home = with_editor(BREAKS);
        let before = configuration(&home);
        let mut terminal = Terminal::new();
        let child = terminal.start(&home, "credential config edit");
        for key in keys {
            terminal.until_next("[e] ");
            terminal.type_in(key);
        }
        let (status, _, words) = ended(child);
        assert!(!status.success(), "{keys:?}: {words}");
        let kept = read_to_string(home.path("config.toml.kept-1")).expect("it is there");
        assert_eq!(kept, format!("{before}sesion = 1\n"), "{keys:?}");
        assert_eq!(configuration(&home), before);
    }
}

#[test]
fn changes_are_kept_elsewhere_where_others_can_write_the_directory() {
    let mut home = with_editor(BREAKS);
    let place = home.path("tight");
    std::fs::create_dir(&place).expect("a directory");
    let file = place.join("config.toml");
    std::fs::rename(home.path("config.toml"), &file).expect("it is ours");
    home.set("ALB_CREDENTIAL_CONFIG", file.display().to_string());
    set_permissions(&place, PermissionsExt::from_mode(0o777)).expect("it is ours");
    let words = home.run(&["config", "edit"]).failure(2);
    assert_eq!(std::fs::read_dir(&place).expect("a directory").count(), 1);
    let path = home.cache().join("config.toml.kept-1");
    assert!(words.contains(&path.display().to_string()), "{words}");
    assert!(
        read_to_string(path)
            .expect("it is there")
            .ends_with("sesion = 1\n")
    );
}

#[test]
fn the_editor_gets_none_of_the_variables_that_hold_secrets() {
    let names = ["OWN_PASSWORD", "OWN_SEED", "FLEET_KEY", "LATER"];
    let script = "printenv OWN_PASSWORD OWN_SEED FLEET_KEY LATER >>seen; echo ran >>seen
        test -e tried && exit
        touch tried; printf '[org.later]\\npassword = { env = \"LATER\" }\\n= broken' >>\"$1\"";
    let mut home = with_editor(script);
    for name in names {
        home.set(name, "secret");
    }
    let password =
        "password = { env = \"OWN_PASSWORD\" }\npasscode = { totp = { 'env' = 'OWN_SEED' } }\n";
    let store = "store = { redis = { url = \"redis://127.0.0.1:1\", namespace = \"n\", key = { env = \"FLEET_KEY\" } } }\n";
    let text = configuration(&home);
    let (org, rest) = text.split_once("password = ").expect("a password");
    let (_, rest) = rest.split_once('\n').expect("more lines");
    home.configure(&format!("{store}{org}{password}{rest}"));
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, "credential config edit");
    terminal.until_next("e to edit it again");
    terminal.type_in("e\r");
    terminal.until_next("e to edit it again");
    terminal.type_in("x\r");
    let _ = outcome(child);
    let seen = read_to_string(home.path("seen")).expect("the editor ran");
    assert_eq!(seen, "LATER\n".replace("LATER", "secret") + "ran\nran\n");
}

#[test]
fn the_changes_of_a_killed_edit_stay_and_are_told_of_next_time() {
    // The editor outlives the program, and writes again.
    let script = "echo 'session = \"1h\"' >>\"$1\"; touch begun
        until test -e end; do sleep 0.02; done; echo '# more' >>\"$1\"; touch ended";
    let mut home = with_editor(script);
    let before = configuration(&home);
    let mut edit = home.command(crate::home::binary());
    let mut edit = edit.args(["config", "edit"]).spawn().expect("it starts");
    until("the editor has written", || home.path("begun").exists());
    edit.kill().expect("it runs");
    edit.wait().expect("it ends");
    home.run(&["exec", "grafana", "--", "true"]).done();
    home.set("EDITOR", "true");
    let told = |words: &str| {
        let (_, rest) = words.split_once("has left its changes in ")?;
        Some(rest.split_once("; remove")?.0.to_owned())
    };
    let copy = told(&home.run(&["config", "edit"]).done()).expect("it is told");
    std::fs::write(home.path("end"), "").expect("a file");
    until("the editor has ended", || home.path("ended").exists());
    let again = told(&home.run(&["config", "edit"]).done());
    assert_eq!(again.as_ref(), Some(&copy), "until it is removed");
    let text = read_to_string(&copy).expect("it is there");
    assert_eq!(text, format!("{before}session = \"1h\"\n# more\n"));
    let mode = std::fs::metadata(&copy).expect("it is there").mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::remove_file(&copy).expect("it is ours");
    assert_eq!(told(&home.run(&["config", "edit"]).done()), None);
    assert_no_copy(&home);
    assert_eq!(configuration(&home), before);
}

#[test]
fn a_killed_edit_of_another_file_or_without_changes_is_not_told_of() {
    let mut home = Home::usual();
    let own = home.path("config.toml").display().to_string();
    let other = home.path("other.toml").display().to_string();
    let copies = home.cache().join("edit");
    let mut edit = |editor: &str, file: &str| {
        home.set("EDITOR", editor);
        home.set("ALB_CREDENTIAL_CONFIG", file);
        let said = home.credential(&["config", "edit"]).output();
        let words = String::from_utf8(said.expect("it starts").stderr);
        words.expect("UTF-8").contains("has left its changes in ")
    };
    assert!(!edit("kill -KILL $PPID; :", &own));
    assert!(!edit("echo '# more' >>\"$1\"; kill -KILL $PPID; :", &other));
    assert!(!edit("true", &own));
    let left = std::fs::read_dir(copies).expect("there was one").count();
    assert_eq!(left, 1, "that of the other file");
    assert!(edit("true", &other));
}
