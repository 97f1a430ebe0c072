//! Colours that programs have redefined (OSC 4, 10, 11, 12) and how colour specifications are read.

use std::collections::BTreeMap;

/// A colour slot that a program can redefine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// One of the 256 palette colours.
    Indexed(u8),
    /// The default text colour (OSC 10).
    Foreground,
    /// The default background (OSC 11).
    Background,
    /// The cursor (OSC 12).
    Cursor,
}

impl Slot {
    /// Slots by their place in the run OSC 10, 11, 12.
    pub(crate) const SPECIAL: [Self; 3] = [Self::Foreground, Self::Background, Self::Cursor];
}

/// The redefined slots; all others have the terminal's own colours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    colors: BTreeMap<Slot, [u8; 3]>,
}

impl Palette {
    /// The redefined slots with red, green and blue.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, [u8; 3])> + '_ {
        self.colors.iter().map(|(slot, color)| (*slot, *color))
    }

    /// The colour of a slot, if it was redefined.
    pub fn color(&self, slot: Slot) -> Option<[u8; 3]> {
        self.colors.get(&slot).copied()
    }

    pub(crate) fn set(&mut self, slot: Slot, color: [u8; 3]) {
        self.colors.insert(slot, color);
    }

    /// OSC 4: pairs of index and specification. Queries (`?`) are not ours to answer.
    pub(crate) fn set_indexed(&mut self, data: &str) {
        let mut fields = data.split(';');
        while let (Some(index), Some(spec)) = (fields.next(), fields.next()) {
            if let (Some(index), Some(color)) = (parse_index(index), parse_color(spec)) {
                self.set(Slot::Indexed(index), color);
            }
        }
    }

    /// OSC 10, 11, 12: specifications for consecutive slots.
    pub(crate) fn set_special(&mut self, data: &str, first: usize) {
        for (spec, slot) in data.split(';').zip(Slot::SPECIAL.iter().skip(first)) {
            if let Some(color) = parse_color(spec) {
                self.set(*slot, color);
            }
        }
    }

    /// OSC 104: gives indexed slots their own colours back; all of them when none is named.
    pub(crate) fn reset_indexed(&mut self, data: &str) {
        if data.is_empty() {
            self.colors.retain(|slot, _| !matches!(slot, Slot::Indexed(_)));
        }
        for index in data.split(';').filter_map(parse_index) {
            self.colors.remove(&Slot::Indexed(index));
        }
    }

    pub(crate) fn reset(&mut self, slot: Slot) {
        self.colors.remove(&slot);
    }
}

pub(crate) fn parse_index(field: &str) -> Option<u8> {
    if field.is_empty() || !field.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = field.trim_start_matches('0');
    if digits.is_empty() { Some(0) } else { digits.parse().ok() }
}

/// `rgb:r/g/b` with one to four hexadecimal digits each, or `#` with three, six, nine or twelve (XParseColor).
pub(crate) fn parse_color(spec: &str) -> Option<[u8; 3]> {
    let spec = spec.to_ascii_lowercase();
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(rgb) = spec.strip_prefix("rgb:") {
        let parts: Vec<&str> = rgb.split('/').collect();
        let len = parts.first()?.len();
        if parts.len() != 3 || !(1..=4).contains(&len) || !parts.iter().all(|p| p.len() == len && hex(p)) {
            return None;
        }
        let most = (1u32 << (4 * len)) - 1;
        let mut color = [0; 3];
        for (channel, part) in color.iter_mut().zip(parts) {
            let value = u32::from_str_radix(part, 16).ok()?;
            *channel = ((value * 255 * 2 + most) / (most * 2)) as u8;
        }
        return Some(color);
    }
    let digits = spec.strip_prefix('#')?;
    if !matches!(digits.len(), 3 | 6 | 9 | 12) || !hex(digits) {
        return None;
    }
    let len = digits.len() / 3;
    let mut color = [0; 3];
    for (at, channel) in color.iter_mut().enumerate() {
        let value = u32::from_str_radix(&digits[at * len..(at + 1) * len], 16).ok()?;
        *channel = match len {
            1 => value << 4,
            2 => value,
            3 => value >> 4,
            _ => value >> 8,
        } as u8;
    }
    Some(color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_x_color_specifications() {
        for (spec, color) in [
            ("rgb:f/8/0", Some([255, 136, 0])),
            ("RGB:12/34/AB", Some([0x12, 0x34, 0xab])),
            ("rgb:ffff/8000/0001", Some([255, 128, 0])),
            ("#123", Some([0x10, 0x20, 0x30])),
            ("#12345678f", Some([0x12, 0x45, 0x78])),
            ("rgb:1/22/3", None),
            ("#12", None),
            ("red", None),
            ("?", None),
        ] {
            assert_eq!(parse_color(spec), color, "{spec}");
        }
    }

    #[test]
    fn sets_and_resets_slots() {
        let mut palette = Palette::default();
        palette.set_indexed("1;#ff0000;300;#00ff00;2;?;3;rgb:0/0/f");
        palette.set_special("#ffffff;?;#0000ff", 0);
        let slots: Vec<Slot> = palette.iter().map(|(slot, _)| slot).collect();
        assert_eq!(slots, [Slot::Indexed(1), Slot::Indexed(3), Slot::Foreground, Slot::Cursor]);
        palette.reset_indexed("1;2");
        palette.reset(Slot::Cursor);
        assert_eq!(palette.iter().count(), 2);
        palette.reset_indexed("");
        assert_eq!(palette.color(Slot::Foreground), Some([255; 3]));
        assert_eq!(palette.iter().count(), 1);
    }
}
