//! What each key of a mapping does, and what a mapping is refused for.

use trueline_lake::{ImportError, Language, Mapping, import_through_mapping};
use trueline_language::{Text, contains_chinese};

use crate::dataset::{Place, parcels};

const HEAD: &str = "[mapping]\ndataset = \"parcel\"\nzone = \"UTC\"\n\
    [columns.source]\nvalue = \"post\"\n[columns.number]\nfrom = \"number\"\n";

/// Imports rows through the head and a few lines more; `columns` of what the lake then has.
fn imported(lines: &str, rows: &str, columns: &[&str]) -> Vec<String> {
    let place = Place::new();
    place.import(&format!("{HEAD}{lines}"), &place.file("a.csv", rows)).expect("an import");
    place.rows(columns, None)
}

/// The kinds of the reasons for which rows were refused, with their columns.
fn refused(lines: &str, rows: &str) -> Vec<(String, String)> {
    let place = Place::new();
    let file = place.file("a.csv", rows);
    let summary = place.import(&format!("{HEAD}{lines}"), &file).expect("an import");
    let reasons = &summary.files[0].reasons;
    reasons.iter().map(|r| (r.reason.kind_name().to_owned(), r.column.clone())).collect()
}

#[test]
fn a_value_that_is_not_listed_is_kept_dropped_or_quarantined_as_the_mapping_says() {
    let rows = "number,note\n1,a\n2,b\n3,c\n";
    let map = "[columns.note]\nfrom = \"note\"\nvalues = { \"a\" = \"A\", \"c\" = \"\" }\n";
    let check = |unlisted: &str, expected: &[&str]| {
        let lines = format!("{map}{unlisted}");
        assert_eq!(imported(&lines, rows, &["number", "note"]), expected, "{unlisted}");
    };
    check("", &["1|A", "3|-"]);
    check("unlisted = \"quarantine\"\n", &["1|A", "3|-"]);
    check("unlisted = \"keep\"\n", &["1|A", "2|b", "3|-"]);
    check("unlisted = \"null\"\n", &["1|A", "2|-", "3|-"]);
    assert_eq!(refused(map, rows), [("not_listed".to_owned(), "note".to_owned())]);
}

#[test]
fn a_label_outside_the_values_of_the_dataset_is_quarantined() {
    let size = "[columns.size]\nfrom = \"size\"\n";
    let rows = "number,size\n1,small\n2,middling\n3,\n";
    assert_eq!(imported(size, rows, &["number", "size"]), ["1|small", "3|-"]);
    assert_eq!(refused(size, rows), [("not_listed".to_owned(), "size".to_owned())]);
    let constant = "[columns.size]\nexpr = \"if(number == '2', 'middling', 'small')\"\n";
    assert_eq!(imported(constant, "number\n1\n2\n", &["number", "size"]), ["1|small"]);
}

#[test]
fn numbers_are_whole_decimal_or_truth_values() {
    let lines = "[columns.grams]\nfrom = \"g\"\n[columns.price]\nfrom = \"p\"\n\
        [columns.insured]\nfrom = \"i\"\n";
    let rows = "number,g,p,i\n1,7,0.5,yes\n2,7.0,-2,否\n3,,,\n4,7.5,1,1\n5,1,inf,1\n6,1,1,maybe\n\
        7,1,NaN,1\n8,x,y,T\n";
    let expected = ["1|7|0.5|true", "2|7|-2.0|false", "3|-|-|-"];
    assert_eq!(imported(lines, rows, &["number", "grams", "price", "insured"]), expected);
    let kinds = refused(lines, rows);
    for (kind, column) in [("no_integer", "g"), ("no_number", "p"), ("no_boolean", "i")] {
        assert!(kinds.contains(&(kind.to_owned(), column.to_owned())), "{kinds:?}");
    }
}

#[test]
fn missing_values_are_listed_for_all_columns_or_for_one() {
    let head = HEAD.replace("zone", "missing = [\"\", \"n/a\"]\nzone");
    let own = "[columns.note]\nfrom = \"note\"\nmissing = [\"?\"]\n[columns.grams]\nfrom = \"g\"\n";
    let place = Place::new();
    let file = place.file("a.csv", "number,note,g\n1,n/a,n/a\n2,?,1\n3,,2\n");
    place.import(&format!("{head}{own}"), &file).expect("an import");
    assert_eq!(place.rows(&["number", "note", "grams"], None), ["1|n/a|-", "2|-|1", "3|-|2"]);
}

#[test]
fn a_date_and_a_time_of_day_may_stand_in_two_columns() {
    let lines = "[columns.posted]\ndate = \"d\"\ntime = \"t\"\n";
    let rows = "number,d,t\n1,2020-01-31,10:20\n2,2020-01-31,\n3,,10:20\n";
    let expected = ["1|2020-01-31 10:20:00|m-", "2|2020-01-31 00:00:00|d-", "3|-|--"];
    assert_eq!(imported(lines, rows, &["number", "posted", "precision"]), expected);
    let only = "[columns.posted]\ndate = \"d\"\n";
    let rows = "number,d\n1,2020-01-31\n";
    assert_eq!(imported(only, rows, &["number", "posted"]), ["1|2020-01-31 00:00:00"]);
}

#[test]
fn the_precision_of_a_moment_is_that_of_its_text_unless_the_mapping_says_otherwise() {
    let rows = "number,p\n1,2020-01-31 10:20:30\n2,2020-01-31 10:20\n3,2020-01-31\n4,\n";
    let plain = "[columns.posted]\nfrom = \"p\"\n";
    let read = |lines: &str| imported(lines, rows, &["number", "precision"]);
    assert_eq!(read(plain), ["1|s-", "2|m-", "3|d-", "4|--"]);
    for (name, letter) in [("second", 's'), ("minute", 'm'), ("day", 'd')] {
        let lines = format!("{plain}precision = \"{name}\"\n");
        let expected: Vec<String> = (1..4).map(|row| format!("{row}|{letter}-")).collect();
        assert_eq!(read(&lines)[..3], expected);
    }
    let both = "[columns.delivered]\nfrom = \"p\"\n";
    assert_eq!(read(both)[0], "1|-s");
}

#[test]
fn zones_are_applied_to_dates_and_to_times() {
    let column = "[columns.posted]\nfrom = \"p\"\n";
    let rows = "number,p\n1,2020-01-31\n2,2020-01-31 10:00\n3,2020-01-31 10:00+02:00\n";
    let read = |head: &str, lines: &str| {
        let place = Place::new();
        place.import(&format!("{head}{lines}"), &place.file("a.csv", rows)).expect("an import");
        place.rows(&["posted"], None)
    };
    let at = |zone: &str| HEAD.replace("zone = \"UTC\"", zone);
    let utc = ["2020-01-31 00:00:00", "2020-01-31 10:00:00", "2020-01-31 08:00:00"];
    assert_eq!(read(HEAD, column), utc);
    let shanghai = ["2020-01-30 16:00:00", "2020-01-31 02:00:00", "2020-01-31 08:00:00"];
    for zone in ["", "zone = \"Asia/Shanghai\"", "zone = \"+08:00\"", "zone = \"UTC+08:00\""] {
        assert_eq!(read(&at(zone), column), shanghai, "{zone}");
    }
    // Some sources show times in another zone than the one their dates are in.
    let shown = at("zone = \"Asia/Shanghai\"\nshown_in = \"UTC\"");
    let mixed = ["2020-01-30 16:00:00", "2020-01-31 10:00:00", "2020-01-31 08:00:00"];
    assert_eq!(read(&shown, column), mixed);
    let own = format!("{column}zone = \"UTC\"\n");
    assert_eq!(read(&shown, &own), utc);
}

#[test]
fn a_column_that_a_source_lacks_is_an_error_unless_it_is_optional() {
    let place = Place::new();
    let lines = format!("{HEAD}[columns.note]\nfrom = \"notes\"\n");
    let error = place.import(&lines, &place.file("a.csv", "number,note\n1,x\n"));
    let error = error.expect_err("a refusal").to_string();
    assert!(error.contains("line 8") && error.contains("did you mean `note`?"), "{error}");
    let optional = "[columns.note]\nfrom = \"notes\"\noptional = true\n";
    assert_eq!(imported(optional, "number\n1\n", &["number", "note"]), ["1|-"]);
}

#[test]
fn columns_that_no_key_names_are_refused_dropped_or_kept() {
    let rows = "number,phone,Room No.\n1,139,7\n";
    let place = Place::new();
    let error = place.import(HEAD, &place.file("a.csv", rows)).expect_err("a refusal").to_string();
    assert!(error.contains("`phone`, `Room No.`"), "{error}");
    let with = |line: &str| HEAD.replace("zone", &format!("{line}\nzone"));
    for line in ["rest = \"drop\"", "drop = [\"phone\", \"Room No.\"]"] {
        let place = Place::new();
        place.import(&with(line), &place.file("a.csv", rows)).expect("an import");
        assert!(place.lake.extra_names(&place.schema).expect("extras").is_empty(), "{line}");
    }
    for line in ["rest = \"keep\"", "keep = [\"phone\", \"Room No.\"]"] {
        let place = Place::new();
        place.import(&with(line), &place.file("a.csv", rows)).expect("an import");
        assert_eq!(
            place.lake.extra_names(&place.schema).expect("extras"),
            ["x_phone", "x_room_no"]
        );
        assert_eq!(place.rows(&["x_phone", "x_room_no"], None), ["139|7"]);
    }
}

#[test]
fn extras_have_the_kind_that_the_mapping_gives_them() {
    let lines = "[extras.x_count]\nfrom = \"n\"\nkind = \"integer\"\n\
        [extras.x_share]\nfrom = \"s\"\nkind = \"number\"\n\
        [extras.x_open]\nfrom = \"o\"\nkind = \"boolean\"\n\
        [extras.x_at]\nfrom = \"a\"\nkind = \"moment\"\n\
        [extras.x_words]\nfrom = \"w\"\nkind = \"text\"\n";
    let rows = "number,n,s,o,a,w\n1,7,0.5,yes,2020-01-31,hello\n2,x,0.5,yes,2020-01-31,hello\n";
    let columns = ["x_count", "x_share", "x_open", "x_at", "x_words"];
    assert_eq!(imported(lines, rows, &columns), ["7|0.5|true|2020-01-31 00:00:00|hello"]);
}

#[test]
fn rows_without_a_key_are_named_by_file_and_line() {
    let lines = HEAD.replace("from = \"number\"", "line = true");
    let mapping = Mapping::parse("m", &lines, &parcels()).expect("a mapping");
    assert!(mapping.keys_by_line());
    let place = Place::new();
    let lines = lines.replace("zone", "rest = \"drop\"\nzone");
    place.import(&lines, &place.file("a.csv", "note\nx\n\nx\n")).expect("an import");
    assert_eq!(place.rows(&["number"], None), ["a.csv:2", "a.csv:4"]);
}

#[test]
fn pseudonyms_hide_the_text_and_need_the_key() {
    let lines = format!("{HEAD}[columns.note]\nfrom = \"note\"\npseudonymise = true\n");
    let rows = "number,note\n1,13900000000\n2,13900000000\n3,13900000001\n4,\n";
    let place = Place::new();
    place.import(&lines, &place.file("a.csv", rows)).expect("an import");
    let notes = place.rows(&["note"], None);
    assert_eq!((&notes[0], notes[3].as_str()), (&notes[1], "-"));
    assert!(notes[0] != notes[2] && notes[0].len() == 16 && !notes[0].contains("139"), "{notes:?}");
    // By its short name the column becomes an extra, whose pseudonyms are the same.
    let named = HEAD.replace("zone", "pseudonymise = [\"note\"]\nzone");
    let other = Place::new();
    other.import(&named, &other.file("a.csv", rows)).expect("an import");
    assert_eq!(other.rows(&["x_note"], None), notes);
    let label = format!("{HEAD}[extras.x_note]\nfrom = \"note\"\npseudonymise = true\n");
    let third = Place::new();
    third.import(&label, &third.file("a.csv", rows)).expect("an import");
    assert_eq!(third.rows(&["x_note"], None), notes);
    let mapping = Mapping::parse("m", &lines, &place.schema).expect("a mapping");
    let files = [place.file("b.csv", rows)];
    let error =
        import_through_mapping(&place.lake, &place.schema, &files, &mapping, &place.options(2_000));
    assert!(matches!(error, Err(ImportError::NoKey)), "{error:?}");
}

#[test]
fn a_mapping_is_refused_with_the_line_and_a_remedy() {
    let mut wrong = Vec::new();
    let mut check = |text: &str, line: usize, problem: &str, remedy: &str| {
        let error = Mapping::parse("m.toml", text, &parcels()).expect_err(text);
        let is_told = |told: &Text, part: &str| {
            told.as_str(Language::English).contains(part)
                && contains_chinese(told.as_str(Language::Chinese))
        };
        let told = is_told(&error.problem, problem) && is_told(&error.remedy, remedy);
        if error.line != line || !told {
            wrong.push(format!("{error:?} (not line {line}, {problem}, {remedy})"));
        }
    };
    let more = |lines: &str| format!("{HEAD}{lines}");
    let head = |line: &str| HEAD.replace("zone = \"UTC\"", line);
    let note = |line: &str| format!("{HEAD}[columns.note]\nfrom = \"n\"\n{line}\n");
    check("", 1, "there is no [mapping]", "[mapping]");
    check("[mapping\n", 1, "TOML", "correct");
    check("[mapping]\ndataset = \"case\"\n", 2, "dataset `case`", "dataset = \"parcel\"");
    check(&head("zone = \"Mars/Base\""), 3, "`zone` in [mapping]", "Asia/Shanghai");
    check(&head("rest = \"burn\""), 3, "`rest`", "`rest = \"drop\"`");
    check(&head("separator = \"ab\""), 3, "`separator`", "`tab`");
    check(&head("separator = \"a\""), 3, "`separator`", "`tab`");
    check(&head("format = \"doc\""), 3, "`format`", "`csv`");
    check(&head("encoding = \"morse\""), 3, "`encoding`", "`gb18030`");
    check(&head("header_row = -1"), 3, "`header_row`", "header_row = 1");
    check(&head("full_export = \"yes\""), 3, "`full_export`", "true");
    check(&head("titel = \"x\""), 3, "no key `titel`", "did you mean `title`?");
    check(&more("[kolumns]\n"), 8, "a mapping has no key `kolumns`", "did you mean `columns`?");
    check("[mapping]\ndataset = \"parcel\"\n", 1, "`source` is required", "[columns.source]");
    check(&more("[columns.notes]\nfrom = \"n\"\n"), 8, "no column `notes`", "`note`");
    check(&more("[columns.zebra]\nfrom = \"n\"\n"), 8, "no column `zebra`", "[extras.x_zebra]");
    check(&more("[columns.note]\n"), 8, "does not say where", "exactly one of");
    check(&note("value = \"x\""), 8, "several origins", "exactly one of");
    check(&more("[columns.posted]\ntime = \"t\"\n"), 9, "`time`", "date = ");
    check(&note("precision = \"day\""), 8, "not a moment", "remove the format");
    check(&note("precision = \"year\""), 10, "`precision`", "`second`");
    check(&note("take = \"best\""), 10, "`take`", "`last_present`");
    check(&note("unlisted = \"maybe\""), 10, "`unlisted`", "`\"keep\"`");
    check(&note("optional = 1"), 10, "`optional`", "optional = true");
    check(&note("expr = \"((\""), 10, "in `expr`, character", "");
    let size = "[columns.size]\nfrom = \"s\"\nvalues = { \"x\" = \"huge\" }\n";
    check(&more(size), 10, "`huge` is not a value", "small, large");
    let grams = "[columns.grams]\nfrom = \"g\"\npseudonymise = true\n";
    check(&more(grams), 10, "`pseudonymise`", "texts and labels");
    check(&more("[extras.colour]\nfrom = \"c\"\n"), 8, "starts with `x_`", "[extras.x_colour]");
    check(&more("[extras.x_c]\nfrom = \"c\"\nkind = \"blob\"\n"), 10, "`kind`", "`label`");
    let twice = head("keep = [\"c\", \"C\"]");
    check(&twice, 3, "`x_c` is filled twice", "[extras.x_…]");
    check(&more("[[stops]]\nkind = \"held\"\n"), 8, "needs `from`", "from = ");
    check(&more("[events]\norder = \"n\"\n"), 8, "`key`", "names the case");
    let order = "[events]\nkey = \"k\"\norder = \"n\"\norder_kind = \"text\"\n";
    check(&more(order), 11, "`order_kind`", "moment");
    let states = "[events]\nkey = \"k\"\n[[events.states]]\nlist = \"halts\"\n";
    check(&more(states), 11, "`list`", "one of: stops");
    let posted = "[columns.posted]\nfrom = \"p\"\nformat = \"%Y\"\n";
    check(&more(posted), 10, "full date", "%Y-%m-%d");
    assert_eq!(wrong, [""; 0]);
}
