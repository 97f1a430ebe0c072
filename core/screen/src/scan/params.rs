//! Numeric parameters of a control sequence, with sub-parameters after colons.

const MAX_PARAMS: usize = 32;

/// At most 32 parameters and 32 sub-parameters, as in xterm.js; missing parameters are 0, missing sub-parameters -1.
#[derive(Clone, Debug)]
pub struct Params {
    values: [i32; MAX_PARAMS],
    len: usize,
    subs: [i32; MAX_PARAMS],
    sub_len: usize,
    /// Where each parameter's sub-parameters start and end.
    ranges: [(u8, u8); MAX_PARAMS],
}

impl Default for Params {
    fn default() -> Self {
        Self {
            values: [0; MAX_PARAMS],
            len: 1,
            subs: [0; MAX_PARAMS],
            sub_len: 0,
            ranges: [(0, 0); MAX_PARAMS],
        }
    }
}

impl Params {
    /// Reads digits, semicolons and colons.
    pub(super) fn parse(&mut self, bytes: &[u8]) {
        self.values[0] = 0;
        self.ranges[0] = (0, 0);
        self.len = 1;
        self.sub_len = 0;
        let (mut in_sub, mut full, mut subs_full) = (false, false, false);
        for &byte in bytes {
            match byte {
                b';' => {
                    in_sub = false;
                    if self.len == MAX_PARAMS {
                        full = true;
                        continue;
                    }
                    self.values[self.len] = 0;
                    self.ranges[self.len] = (self.sub_len as u8, self.sub_len as u8);
                    self.len += 1;
                }
                b':' => {
                    in_sub = true;
                    if full || self.sub_len == MAX_PARAMS {
                        subs_full = true;
                        continue;
                    }
                    self.subs[self.sub_len] = -1;
                    self.sub_len += 1;
                    self.ranges[self.len - 1].1 += 1;
                }
                _ => {
                    if full || (in_sub && (subs_full || self.sub_len == 0)) {
                        continue;
                    }
                    let place = if in_sub {
                        &mut self.subs[self.sub_len - 1]
                    } else {
                        &mut self.values[self.len - 1]
                    };
                    let digit = i32::from(byte - b'0');
                    *place =
                        if *place == -1 { digit } else { place.saturating_mul(10).saturating_add(digit) };
                }
            }
        }
    }

    /// Number of parameters: at least one.
    #[expect(clippy::len_without_is_empty, reason = "it never is")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// A parameter, 0 when it is missing.
    pub fn at(&self, index: usize) -> i32 {
        if index < self.len { self.values[index] } else { 0 }
    }

    /// A parameter that counts, 1 when it is missing or 0.
    pub fn count(&self, index: usize) -> u32 {
        self.at(index).max(1).unsigned_abs()
    }

    /// The sub-parameters of a parameter.
    pub fn subs(&self, index: usize) -> &[i32] {
        let (start, end) = if index < self.len { self.ranges[index] } else { (0, 0) };
        &self.subs[usize::from(start)..usize::from(end)]
    }

    /// All parameters.
    pub fn iter(&self) -> impl Iterator<Item = i32> + '_ {
        self.values[..self.len].iter().copied()
    }
}
