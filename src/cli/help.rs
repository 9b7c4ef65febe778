//! The command line as clap knows it, with help in the reader's language.

use clap::builder::StyledStr;
use clap::{Arg, Command, CommandFactory as _};

use super::arguments::Arguments;
use super::help_text::pick_help;
use crate::language::Language;

/// The command as clap knows it, with help in a language.
pub(super) fn localized_command(language: Language) -> Command {
    let mut command = Arguments::command();
    match language {
        Language::English => keep_english(command),
        Language::Chinese => {
            // Only a built command has its `help`, which needs words too.
            command.build();
            keep_chinese(command)
        }
    }
}

fn find_help(both: Option<&StyledStr>, language: Language) -> Option<String> {
    pick_help(&both?.to_string(), language).map(str::to_owned)
}

fn keep_english(command: Command) -> Command {
    let command = match find_help(command.get_about(), Language::English) {
        Some(about) => command.about(about),
        None => command,
    };
    let keep_argument = |argument: Arg| match find_help(argument.get_help(), Language::English) {
        Some(help) => argument.help(help),
        None => argument,
    };
    command.mut_args(keep_argument).mut_subcommands(keep_english)
}

/// What clap prints, with its own few words in Chinese.
const TEMPLATE: &str = "{before-help}{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// What clap makes by itself: the command `help`, and the arguments of every command.
const CLAP_COMMANDS: &[(&str, &str)] = &[("help", "打印帮助，或某个命令的帮助")];
const CLAP_ARGUMENTS: &[(&str, &str)] = &[("help", "打印帮助"), ("version", "打印版本")];

fn find_clap_words(words: &[(&str, &str)], name: &str) -> Option<String> {
    words.iter().find(|(known, _)| *known == name).map(|(_, chinese)| (*chinese).to_owned())
}

fn keep_chinese(command: Command) -> Command {
    let about = find_help(command.get_about(), Language::Chinese)
        .or_else(|| find_clap_words(CLAP_COMMANDS, command.get_name()));
    let command = command.help_template(TEMPLATE).subcommand_help_heading("命令");
    let command = match about {
        Some(about) => command.about(about).long_about(None::<&str>),
        None => command,
    };
    command.mut_args(keep_chinese_argument).mut_subcommands(keep_chinese)
}

/// The words, and after them what clap would add in English: the default and the choices.
fn keep_chinese_argument(argument: Arg) -> Arg {
    let heading = if argument.is_positional() { "参数" } else { "选项" };
    let words = find_help(argument.get_help(), Language::Chinese)
        .or_else(|| find_clap_words(CLAP_ARGUMENTS, argument.get_id().as_str()));
    let Some(mut help) = words else { return argument.help_heading(heading) };
    let takes_value = argument.get_action().takes_values();
    let defaults: Vec<String> = argument
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    if takes_value && !defaults.is_empty() {
        help.push_str(&format!(" [默认：{}]", defaults.join(", ")));
    }
    let choices: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| value.get_name().to_owned())
        .collect();
    if takes_value && !choices.is_empty() {
        help.push_str(&format!(" [可选：{}]", choices.join("、")));
    }
    argument
        .help(help)
        .long_help(None::<&str>)
        .help_heading(heading)
        .hide_default_value(true)
        .hide_possible_values(true)
}

#[cfg(test)]
mod tests {
    use trueline_language::contains_chinese;

    use super::*;

    /// The help of every command and argument as it was written, each with its name.
    fn list_help(command: &Command, path: &str, found: &mut Vec<(String, String)>) {
        let text = |help: Option<&StyledStr>| help.map(ToString::to_string).unwrap_or_default();
        found.push((path.to_owned(), text(command.get_about())));
        for argument in command.get_arguments() {
            found.push((format!("{path} {}", argument.get_id()), text(argument.get_help())));
        }
        for child in command.get_subcommands() {
            list_help(child, &format!("{path} {}", child.get_name()), found);
        }
    }

    /// What help prints of a command and of each below it, short and long.
    fn print_help(command: &mut Command, printed: &mut Vec<String>) {
        printed.push(command.render_help().to_string());
        printed.push(command.render_long_help().to_string());
        for child in command.get_subcommands_mut() {
            print_help(child, printed);
        }
    }

    fn printed_help(language: Language) -> Vec<String> {
        let mut printed = Vec::new();
        print_help(&mut localized_command(language), &mut printed);
        printed
    }

    /// The name of the program stands in the English help, too.
    fn without_name(text: &str) -> String {
        text.replace("准绳", "")
    }

    #[test]
    fn every_command_and_argument_has_help_in_both_languages() {
        let mut found = Vec::new();
        list_help(&Arguments::command(), "trueline", &mut found);
        assert!(found.len() > 100, "{} looked at", found.len());
        for (name, both) in found {
            let (chinese, english) = both.split_once('\n').unwrap_or_default();
            assert!(contains_chinese(chinese), "`{name}` has no Chinese help: {both:?}");
            let english = without_name(english);
            assert!(!english.is_empty(), "`{name}` has no English help: {both:?}");
            assert!(!contains_chinese(&english), "`{name}`: {english}");
            assert!(!english.contains('\n'), "`{name}`: {english}");
        }
    }

    #[test]
    fn no_english_word_is_left_in_chinese_help() {
        for text in printed_help(Language::Chinese) {
            for word in
                ["Usage", "Commands", "Options", "Arguments", "Print", "default", "possible"]
            {
                let found = text.lines().any(|line| {
                    line.trim_start().starts_with(word) || line.contains(&format!("[{word}"))
                });
                assert!(!found, "`{word}` is in\n{text}");
            }
            assert!(!text.contains("Print"), "{text}");
        }
    }

    #[test]
    fn no_chinese_word_is_left_in_english_help() {
        for text in printed_help(Language::English) {
            assert!(!contains_chinese(&without_name(&text)), "{text}");
        }
    }
}
