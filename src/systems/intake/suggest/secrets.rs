//! Personal data in a file: telephone numbers, names, identity cards, addresses.

use trueline_language::{Phrase, phrase};

/// What a column seems to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PersonalData {
    Phone,
    IdentityCard,
    BankCard,
    Email,
    Name,
    Address,
    /// Long texts in which people write anything.
    FreeText,
}

impl PersonalData {
    pub(super) fn name(self) -> Phrase {
        match self {
            PersonalData::Phone => phrase!("电话号码", "telephone numbers"),
            PersonalData::IdentityCard => phrase!("居民身份证号", "identity card numbers"),
            PersonalData::BankCard => phrase!("银行卡号", "bank card numbers"),
            PersonalData::Email => phrase!("电子邮箱", "e-mail addresses"),
            PersonalData::Name => phrase!("姓名", "names of people"),
            PersonalData::Address => phrase!("地址", "addresses"),
            PersonalData::FreeText => phrase!("自由填写的文字", "free text"),
        }
    }
}

/// What one value looks like, by itself.
pub(super) fn classify_value(value: &str) -> Option<PersonalData> {
    if is_identity_card(value) {
        Some(PersonalData::IdentityCard)
    } else if is_phone(value) {
        Some(PersonalData::Phone)
    } else if is_email(value) {
        Some(PersonalData::Email)
    } else if is_bank_card(value) {
        Some(PersonalData::BankCard)
    } else if is_chinese_name(value) {
        Some(PersonalData::Name)
    } else if is_address(value) {
        Some(PersonalData::Address)
    } else if value.chars().count() > 60 {
        Some(PersonalData::FreeText)
    } else {
        None
    }
}

/// What a header promises, whatever the values are.
pub(super) fn classify_header(header: &str) -> Option<PersonalData> {
    const WORDS: [(PersonalData, &[&str]); 7] = [
        (PersonalData::IdentityCard, &["身份证", "证件号", "证件编号", "idcard", "nationalid"]),
        (PersonalData::BankCard, &["银行卡", "银行账号", "bankaccount", "iban"]),
        (PersonalData::Email, &["邮箱", "email", "e-mail", "电子邮件"]),
        (
            PersonalData::Phone,
            &[
                "电话",
                "手机",
                "联系号码",
                "联系方式",
                "phone",
                "mobile",
                "msisdn",
                "tel",
                "callback",
            ],
        ),
        (
            PersonalData::Address,
            &["地址", "住址", "address", "street", "geom", "latitude", "longitude", "经度", "纬度"],
        ),
        (
            PersonalData::Name,
            &[
                "姓名",
                "联系人",
                "客户名",
                "用户名",
                "机主",
                "经办人",
                "customername",
                "fullname",
                "contactname",
                "firstname",
                "lastname",
            ],
        ),
        (
            PersonalData::FreeText,
            &["备注", "描述", "详情", "正文", "remark", "comment", "description", "freetext"],
        ),
    ];
    let plain: String =
        header.to_lowercase().chars().filter(|letter| !matches!(letter, ' ' | '_' | '.')).collect();
    let hit = |words: &[&str]| {
        words.iter().any(|word| match *word {
            // Too short to be searched for inside other words.
            "tel" => plain == "tel" || plain.starts_with("telephone"),
            word => plain.contains(word),
        })
    };
    WORDS.iter().find(|(_, words)| hit(words)).map(|&(secret, _)| secret)
}

fn read_digits(value: &str) -> Option<Vec<u32>> {
    value.chars().map(|letter| letter.to_digit(10)).collect()
}

/// Eighteen characters of which the last is a valid check digit (GB 11643).
fn is_identity_card(value: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let bytes = value.as_bytes();
    if bytes.len() != 18 || !value.is_ascii() {
        return false;
    }
    let Some(digits) = read_digits(&value[..17]) else {
        return false;
    };
    let (month, day) = (digits[10] * 10 + digits[11], digits[12] * 10 + digits[13]);
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && CHECKS[(sum % 11) as usize] == bytes[17].to_ascii_uppercase()
}

/// A mobile or fixed-line number of the mainland, or a number that begins with a country code.
fn is_phone(value: &str) -> bool {
    let plain: String =
        value.chars().filter(|letter| !matches!(letter, ' ' | '-' | '(' | ')')).collect();
    if let Some(abroad) = plain.strip_prefix('+') {
        return (8..=15).contains(&abroad.len()) && read_digits(abroad).is_some();
    }
    let home = plain.strip_prefix("0086").or(plain.strip_prefix("86")).unwrap_or(&plain);
    let home = if home.len() == 11 { home } else { &plain };
    let mobile = home.len() == 11
        && home.starts_with('1')
        && matches!(home.as_bytes()[1], b'3'..=b'9')
        && read_digits(home).is_some();
    let fixed = value.starts_with('0')
        && value.contains('-')
        && (10..=12).contains(&plain.len())
        && read_digits(&plain).is_some();
    mobile || fixed
}

fn is_email(value: &str) -> bool {
    value.split_once('@').is_some_and(|(who, host)| {
        !who.is_empty() && host.contains('.') && !value.contains(' ') && value.len() < 100
    })
}

/// Sixteen to nineteen digits of which the last is a valid check digit (Luhn).
fn is_bank_card(value: &str) -> bool {
    let Some(digits) = read_digits(value).filter(|digits| (16..=19).contains(&digits.len())) else {
        return false;
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, double) => double / 10 + double % 10,
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|&digit| digit != 0)
}

fn is_han(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

/// Two to four characters that begin with one of the hundred commonest family names.
fn is_chinese_name(value: &str) -> bool {
    const FAMILY: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董\
        袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷\
        侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
    let count = value.chars().count();
    (2..=4).contains(&count)
        && value.chars().all(is_han)
        && value.chars().next().is_some_and(|first| FAMILY.contains(first))
}

/// A text with several of the words that addresses are made of.
fn is_address(value: &str) -> bool {
    const HAN: [&str; 14] =
        ["省", "市", "区", "县", "镇", "乡", "村", "路", "街", "巷", "号", "栋", "单元", "室"];
    let count = value.chars().count();
    if !(6..=80).contains(&count) {
        return false;
    }
    let words = HAN.iter().filter(|word| value.contains(**word)).count();
    let upper = value.to_uppercase();
    let english = [" ST", " AVE", " AV", " RD", " ROAD", " STREET", " LANE", " DRIVE"]
        .iter()
        .any(|word| upper.ends_with(word) || upper.contains(&format!("{word} ")));
    let numbered = value.chars().any(|letter| letter.is_ascii_digit());
    (words >= 3 && numbered) || (words >= 4) || (english && numbered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_a_dot_behind_the_at_and_no_blank() {
        assert!(is_email("li.wei@example.cn"));
        for other in ["@example.cn", "li@example", "li wei@example.cn", "example.cn"] {
            assert!(!is_email(other), "{other}");
        }
    }

    #[test]
    fn numbers_with_a_valid_check_digit_are_told_from_others() {
        let check = |value: &str, expected: Option<PersonalData>| {
            assert_eq!(classify_value(value), expected, "{value}");
        };
        check("11010519491231002X", Some(PersonalData::IdentityCard));
        check("110105194912310021", None);
        check("13800138000", Some(PersonalData::Phone));
        check("+86 138-0013-8000", Some(PersonalData::Phone));
        check("0351-4040404", Some(PersonalData::Phone));
        check("12000138000", None);
        check("4111111111111111", Some(PersonalData::BankCard));
        check("4111111111111112", None);
        check("li@example.com", Some(PersonalData::Email));
        check("王小明", Some(PersonalData::Name));
        check("宽带", None);
        check("太原市小店区平阳路12号", Some(PersonalData::Address));
        check("222 MAIN ST", Some(PersonalData::Address));
        check("T2020010100001", None);
        check("2020-01-31 10:20:30", None);
    }

    #[test]
    fn a_header_says_what_masked_values_are() {
        assert_eq!(classify_header("联系电话"), Some(PersonalData::Phone));
        assert_eq!(classify_header("Customer_Name"), Some(PersonalData::Name));
        assert_eq!(classify_header("装机地址"), Some(PersonalData::Address));
        assert_eq!(classify_header("hotel"), None);
    }
}
