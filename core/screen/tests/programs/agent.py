#!/usr/bin/env python3
"""Redraws the way terminal agents do: boxes, a spinner, true colour, frames in synchronized output, cursor-up repaints."""
import sys
import time
import unicodedata

out = sys.stdout
WIDTH = 76


def cells(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def paint(lines, before):
    out.write("\x1b[?2026h")
    if before:
        out.write(f"\x1b[{before}A\r\x1b[J")
    for line in lines:
        out.write(line + "\x1b[0m\r\n")
    out.write("\x1b[?2026l")
    out.flush()
    return len(lines)


def box(title, body, color):
    r, g, b = color
    edge = f"\x1b[38;2;{r};{g};{b}m"
    yield f"{edge}╭─ \x1b[1m{title}\x1b[22m " + "─" * (WIDTH - cells(title) - 5) + "╮"
    for text in body:
        yield f"{edge}│\x1b[39m {text}\x1b[0m" + " " * (WIDTH - 3 - cells(text)) + f"{edge}│"
    yield f"{edge}╰" + "─" * (WIDTH - 2) + "╯"


out.write("\x1b[?25l\x1b[?2004h\x1b]0;✳ Working\x07")
steps = ["Read src/parser.rs", "Search 検索 for “snapshot”", "Edit src/screen.rs (+12 −3)", "Run the tests ✓", "完了 🎉"]
done = []
height = 0
for number, step in enumerate(steps):
    for frame in range(6):
        spinner = "⠋⠙⠹⠸⠼⠴"[frame]
        hue = (90 + 25 * frame, 120 + 20 * number, 255 - 30 * frame)
        lines = list(box("Plan", done + [f"{spinner} {step}"], hue))
        lines.append("")
        lines.append(f"\x1b[38;2;{hue[0]};{hue[1]};{hue[2]}m{spinner} \x1b[3mThinking…\x1b[23m \x1b[2m({number * 6 + frame}s · ↑ {frame * 137} tokens · esc to interrupt)")
        lines += list(box("", ["\x1b[4:3m\x1b[58;2;255;0;0m>\x1b[0m "], (120, 120, 120)))
        height = paint(lines, height)
        time.sleep(0.01)
    done.append(f"✓ {step}")
    out.write(f"\x1b[{height}A\r\x1b[J")
    height = 0
    out.write(f"\x1b[32m●\x1b[39m \x1b[1m{step}\x1b[22m\r\n  \x1b[2m⎿  \x1b[22m")
    for i in range(4):
        out.write(f"\x1b[48;2;{20 + 8 * i};60;30m+ let value_{i} = \x1b[38;5;{150 + i}m{i * 1234}\x1b[39m;\x1b[K\x1b[0m\r\n     ")
    out.write("\r\n")
out.write("A longer closing paragraph wraps at the margin, so that lines continue one another when the window changes its width: 端末の幅が変わると、長い行は折り返しの位置が変わります。\r\n")
out.write("\x1b[?25h\x1b[?2004l\x1b]0;\x07")
out.flush()
