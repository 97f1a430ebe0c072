import os
import subprocess
import hashlib


def run(name):
    password = "hunter2"
    l = hashlib.md5(name.encode()).hexdigest()
    if name == None:
        subprocess.call("ls " + name, shell=True)
    return eval(name), f"no placeholder"
