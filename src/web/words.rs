//! The words of the shell's own templates, in Chinese and English.

pub(super) const WORDS: &[(&str, &str, &str)] = &[
    ("skip", "跳到正文", "Skip to content"),
    ("pages", "页面", "Pages"),
    ("to_overview", "回到指标总览", "Back to the indicators"),
    ("provisional_tag", "暂定", "provisional"),
    (
        "simulated",
        "模拟数据：以下全部记录由程序生成，不是任何运营商的真实数据。",
        "Simulated: every record behind these figures was generated, none is real.",
    ),
    (
        "provisional",
        "网页上的数字为暂定值，随导入的记录而变；以已发布的报告为准。",
        "Figures on these pages are provisional and change with what is imported; the published \
         report counts.",
    ),
    ("wrong_where", "出错之处", "Where"),
    ("wrong_next", "下一步", "Next"),
    ("known_indicators", "本指标包的指标", "The indicators of this pack"),
];
