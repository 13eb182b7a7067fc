//! What can be asked for by name: one table for the palette, help and the documentation of keys.

use super::Action;

/// A command of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// What is typed.
    pub word: &'static str,
    /// What it does, for a person.
    pub say: &'static str,
    /// The action, which may have a key as well.
    pub action: Action,
}

macro_rules! commands {
    ($($word:literal $action:ident $say:literal,)*) => {
        /// Every command, in the order of the palette.
        pub const COMMANDS: &[Command] = &[$(Command { word: $word, say: $say, action: Action::$action },)*];
    };
}

commands! {
    "test" Test "test this connection",
    "test all" TestAll "test every connection that is listed",
    "test broken" TestBroken "test again what is broken",
    "watch" Watch "test this one again until it is mended; again stops",
    "watch broken" WatchBroken "do that with everything that is broken",
    "only broken" OnlyBroken "list only what is broken, or all again",
    "probe" Probe "test this one, with the ExternalId probe",
    "refresh" Refresh "ask anew for what this pane shows",
    "policy" Snippet "the policy for what is missing here",
    "message" Message "a page for the person who owns the role",
    "facts" Facts "what this account says about itself",
    "history" History "what tests found of this one over time",
    "copy policy" Copy "copy the policy, or what is being read",
    "copy role-arn" CopyRoleArn "copy the role's ARN",
    "copy account" CopyAccount "copy the account id",
    "copy external-id" CopyExternalId "copy the ExternalId",
    "copy report" CopyReport "copy what the test found, as text",
    "copy json" CopyJson "copy what the test found, as JSON",
    "copy command" CopyCommand "copy the AWS CLI's command that assumes the role",
    "copy region" CopyRegion "copy the region's code",
    "plain" Plain "show what was copied last, to select it with the mouse",
    "decode" Decode "decode AWS's encoded message",
    "demo apply" DemoApply "attach the policy on the screen, as its owner would",
    "new" NewConnection "add a connection",
    "edit" EditConnection "change this connection",
    "remove" RemoveConnection "remove this connection; its name is typed first",
    "filter" Filter "type a filter",
    "fleet" Fleet "the checks of all connections, in place of the assets",
    "find" Find "look for an address, id, ARN, name or tag everywhere: find 10.0.1.2",
    "links" Links "what this asset leads to, and what leads to it",
    "columns" Columns "choose the columns of the table",
    "console link" ConsoleLink "copy the link that shows this asset in AWS's console",
    "copy cli" CopyCall "copy the AWS CLI's command that reads this asset",
    "cells" Cells "how accounts and regions stand that are listed, and why",
    "again" AskFailed "ask again for what failed, and for nothing else",
    "load more" LoadLate "make the second calls that some columns and tags need",
    "hide denied" HideDenied "leave out what is denied, or show it again",
    "sort reverse" SortReverse "sort the other way round",
    "mark group" MarkGroup "list this group's accounts alone",
    "accounts" FocusAccounts "to pane 1",
    "regions" FocusRegions "to pane 2",
    "checks" FocusChecks "to pane 3",
    "detail" FocusDetail "to pane 4: why a connection is as it is",
    "last view" LastView "back to the view before this one",
    "lock" Lock "cover the screen and forget what was read",
    "errors" Errors "what went wrong in this run",
    "help" Help "the keys",
    "import" Import "take over the roles of the AWS configuration's profiles",
    "redraw" Redraw "paint the screen anew",
    "suspend" Suspend "stop; fg continues",
    "quit" Quit "leave the program",
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn words_are_plain_and_used_once() {
        let words: BTreeSet<&str> = COMMANDS.iter().map(|c| c.word).collect();
        assert_eq!(words.len(), COMMANDS.len());
        for c in COMMANDS {
            assert!(c.word.chars().all(|c| c.is_ascii_lowercase() || " -".contains(c)), "{}", c.word);
        }
    }
}
