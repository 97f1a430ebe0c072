#!/usr/bin/env python3
"""Text in many scripts: emoji, CJK, combining marks, right-to-left, box drawing, hyperlinks."""
import sys

LINES = [
    "emoji   😀 😃 🚀 👍🏽 👩‍💻 👨‍👩‍👧‍👦 🇩🇪 🇯🇵 ❤️ ☺️ ✌🏻 1️⃣ 🏳️‍🌈",
    "CJK     中文字符 日本語 ひらがな カタカナ ｶﾀｶﾅ 한국어 ＡＢＣ 「括弧」",
    "marks   é è̈ ñ ǘ Z̷a̷l̷g̷o̷ ก็ ที่ हिन्दी தமிழ் ẹ̄́",
    "RTL     שָׁלוֹם مرحبا بالعالم",
    "boxes   ┌─┬─┐ ╔═╦═╗ █▓▒░ ▁▂▃▄▅▆▇█ ⣀⣤⣶⣿",
    "math    ∑∫√∞≈≠≤≥ ℵ ⊕ → ⇒ ↯",
    "zero    a\u200bb c\u200dd e\u2060f \u00adsoft",
    "plane   𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠀀𠀁 🀄 🂡",
]
out = sys.stdout
for width in (0, 1, 2):
    for line in LINES:
        out.write(" " * width + line + "\n")
for _ in range(3):
    out.write("".join(line.split("   ")[-1] for line in LINES) + "\n")
for kind in range(6):
    out.write(f"\x1b[4:{kind}m\x1b[58;5;{kind + 9}munderline {kind}\x1b[0m ")
out.write("\n\x1b]8;id=a;https://example.org/one\x1b\\linked 中\x1b]8;;\x1b\\ and \x1b]8;;https://example.org/two\x1b\\two\x1b]8;;\x1b\\\n")
out.write("\x1b[1mbold\x1b[2mdim\x1b[3mitalic\x1b[5mblink\x1b[7minverse\x1b[8mhidden\x1b[9mstrike\x1b[53moverline\x1b[0m\n")
out.write("\x1b(0lqqqk\x1b(B\n\x1b(0x   x\x1b(B\n\x1b(0mqqqj\x1b(B\n")
out.flush()
