#!/usr/bin/env python3
"""A curses form with colours, borders and a pad."""
import curses


def main(screen):
    curses.start_color()
    curses.use_default_colors()
    for i in range(1, 8):
        curses.init_pair(i, i, -1)
    choice = 0
    while True:
        screen.erase()
        screen.border()
        for i, name in enumerate(["Open", "Save", "端末 Terminal", "Quit"]):
            look = curses.A_REVERSE if i == choice else curses.A_NORMAL
            screen.addstr(3 + 2 * i, 6, f" {name:<20} ", look | curses.color_pair(i + 1))
        window = curses.newwin(8, 30, 4, 40)
        window.box()
        window.addstr(1, 2, "details", curses.A_BOLD | curses.A_UNDERLINE)
        window.addstr(3, 2, f"choice {choice}", curses.A_DIM)
        screen.refresh()
        window.refresh()
        key = screen.getch()
        if key == curses.KEY_DOWN:
            choice = (choice + 1) % 4
        elif key == curses.KEY_UP:
            choice = (choice - 1) % 4
        elif key in (10, ord("q")):
            return


curses.wrapper(main)
