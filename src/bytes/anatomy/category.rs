//! Short and long names of the general categories.

use unicode_properties::GeneralCategory;

/// The short and the long name of a category, such as `Sc` and `currency symbol` (Unicode Standard, table 4-4; the long
/// names are those of PropertyValueAliases.txt, in lower case and without underscores).
pub(super) const fn words(category: GeneralCategory) -> (&'static str, &'static str) {
    match category {
        GeneralCategory::UppercaseLetter => ("Lu", "uppercase letter"),
        GeneralCategory::LowercaseLetter => ("Ll", "lowercase letter"),
        GeneralCategory::TitlecaseLetter => ("Lt", "titlecase letter"),
        GeneralCategory::ModifierLetter => ("Lm", "modifier letter"),
        GeneralCategory::OtherLetter => ("Lo", "other letter"),
        GeneralCategory::NonspacingMark => ("Mn", "nonspacing mark"),
        GeneralCategory::SpacingMark => ("Mc", "spacing mark"),
        GeneralCategory::EnclosingMark => ("Me", "enclosing mark"),
        GeneralCategory::DecimalNumber => ("Nd", "decimal number"),
        GeneralCategory::LetterNumber => ("Nl", "letter number"),
        GeneralCategory::OtherNumber => ("No", "other number"),
        GeneralCategory::ConnectorPunctuation => ("Pc", "connector punctuation"),
        GeneralCategory::DashPunctuation => ("Pd", "dash punctuation"),
        GeneralCategory::OpenPunctuation => ("Ps", "open punctuation"),
        GeneralCategory::ClosePunctuation => ("Pe", "close punctuation"),
        GeneralCategory::InitialPunctuation => ("Pi", "initial punctuation"),
        GeneralCategory::FinalPunctuation => ("Pf", "final punctuation"),
        GeneralCategory::OtherPunctuation => ("Po", "other punctuation"),
        GeneralCategory::MathSymbol => ("Sm", "math symbol"),
        GeneralCategory::CurrencySymbol => ("Sc", "currency symbol"),
        GeneralCategory::ModifierSymbol => ("Sk", "modifier symbol"),
        GeneralCategory::OtherSymbol => ("So", "other symbol"),
        GeneralCategory::SpaceSeparator => ("Zs", "space separator"),
        GeneralCategory::LineSeparator => ("Zl", "line separator"),
        GeneralCategory::ParagraphSeparator => ("Zp", "paragraph separator"),
        GeneralCategory::Control => ("Cc", "control"),
        GeneralCategory::Format => ("Cf", "format"),
        GeneralCategory::Surrogate => ("Cs", "surrogate"),
        GeneralCategory::PrivateUse => ("Co", "private use"),
        GeneralCategory::Unassigned => ("Cn", "unassigned"),
    }
}
