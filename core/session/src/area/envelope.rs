//! How a message names its word: `{"AREA":{"WORD":{…}}}`, without blanks around the names.
//!
//! The names are read before anything else, and the record's length says where the message ends. What this version has no
//! variant for is therefore skipped without a look at its fields, whatever they are (JS-AREA-2). The variants of the enums
//! are the only list of words that there is: serde names them.

use std::cell::Cell;

use serde::{
    Deserialize, Serialize,
    de::{DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, VariantAccess, Visitor},
    forward_to_deserialize_any,
};
use serde_json::Error;

use crate::{Misbehavior, SessionError, frame::record::MAX_MESSAGE};

/// The longest name of an area or a word, in bytes.
const MAX_NAME: usize = 32;

/// Variants of an enum, as serde names them.
type Names = &'static [&'static str];

pub(super) fn write<M: Serialize>(message: &M) -> Vec<u8> {
    serde_json::to_vec(message).expect("messages have string keys and finite numbers")
}

/// Reads a message; nothing for one whose area or word no variant of `M`, nor of `Others`, bears.
pub(super) fn read<'a, M, Others>(message: &'a [u8]) -> Result<Option<M>, SessionError>
where
    M: Deserialize<'a>,
    Others: for<'o> Deserialize<'o>,
{
    let (names, fields) = split(message).ok_or(SessionError::Misbehaved(Misbehavior::GarbledMessage))?;
    let unknown = Cell::new(None);
    match M::deserialize(Word { names: &names, fields, unknown: &unknown }) {
        Ok(said) => Ok(Some(said)),
        Err(_) if unknown.get().is_some() => match missing::<Others>(&names) {
            Some(_) => Ok(None),
            None => Err(SessionError::Misbehaved(Misbehavior::OthersWord)),
        },
        // The reason may quote what a person said.
        Err(_) => Err(SessionError::Misbehaved(Misbehavior::UnreadableMessage)),
    }
}

/// The names among which the first of these that `M` does not know would have to be.
fn missing<M: for<'a> Deserialize<'a>>(names: &[&str]) -> Option<Names> {
    let unknown = Cell::new(None);
    let _ = M::deserialize(Word { names, fields: b"", unknown: &unknown });
    unknown.get()
}

/// Area, word and fields.
fn split(message: &[u8]) -> Option<([&str; 2], &[u8])> {
    if message.len() > MAX_MESSAGE {
        return None;
    }
    let (area, rest) = name(message)?;
    let (word, rest) = name(rest)?;
    Some(([area, word], rest.strip_suffix(b"}}")?))
}

/// The name in `{"name":`, and what follows.
fn name(text: &[u8]) -> Option<(&str, &[u8])> {
    let text = text.strip_prefix(br#"{""#)?;
    let len = text.iter().take_while(|&&byte| byte == b'_' || byte.is_ascii_lowercase()).count();
    let (name, rest) = text.split_at(len);
    let rest = rest.strip_prefix(br#"":"#)?;
    (1..=MAX_NAME).contains(&len).then_some((str::from_utf8(name).ok()?, rest))
}

/// What is left of a message: names of variants, outermost first, then the fields of the last.
#[derive(Clone, Copy)]
struct Word<'w, 'de> {
    names: &'w [&'w str],
    fields: &'de [u8],
    /// Set where a name is none of these.
    unknown: &'w Cell<Option<Names>>,
}

impl<'de> Word<'_, 'de> {
    fn fields<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut json = serde_json::Deserializer::from_slice(self.fields);
        let value = json.deserialize_map(visitor)?;
        json.end()?;
        Ok(value)
    }
}

impl<'de> Deserializer<'de> for Word<'_, 'de> {
    type Error = Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: Names,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.names.first().is_some_and(|name| variants.contains(name)) {
            return visitor.visit_enum(self);
        }
        self.unknown.set(Some(variants));
        Err(Error::custom("unknown"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
        Err(Error::custom("an area is an enum of words, and a word has fields"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Word<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let (name, names) = self.names.split_first().ok_or_else(|| Error::custom("no name is left"))?;
        let variant = seed.deserialize(IntoDeserializer::<Error>::into_deserializer(*name))?;
        Ok((variant, Self { names, ..self }))
    }
}

impl<'de> VariantAccess<'de> for Word<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Err(Error::custom("a word has fields, if only none: `Word {}`"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, _visitor: V) -> Result<V::Value, Error> {
        Err(Error::custom("fields have names"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: Names, visitor: V) -> Result<V::Value, Error> {
        self.fields(visitor)
    }
}

/// Every `area.word` of an end.
#[cfg(test)]
pub(super) fn words<M: for<'a> Deserialize<'a>>() -> Vec<String> {
    let variants = |names: &[&str]| missing::<M>(names).unwrap();
    let words = |area| variants(&[area, "?"]).iter().map(move |word| format!("{area}.{word}"));
    variants(&["?"]).iter().flat_map(|area| words(*area)).collect()
}
