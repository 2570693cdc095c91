"""Addresses that lead inside, or that two readers read differently."""

from __future__ import annotations

HOSTILE: tuple[str, ...] = (
    # schemes
    "file:///etc/passwd", "ftp://a.test/x", "gopher://a.test/_x", "data:text/plain,x", "//a.test/x",
    "javascript:alert(1)", "dict://a.test:11211/x", "http:/a.test/x", "http:a.test", "https://", "",
    # credentials, and hosts that two readers read differently
    "http://user@a.test/", "http://user:pass@a.test/", "http://a.test@127.0.0.1/",
    "http://127.0.0.1#@a.test/", "http://a.test\\@127.0.0.1/", "http://127.0.0.1\\.a.test/",
    "http://a.test%2f@b.test/", "http://a.test%00.b.test/", "http://a b.test/", "http://a\t.test/",
    "http://a.test\r\nHost: b.test/", "http://-a.test/", "http://a..test/", "http://.test/",
    "http://[::1", "http://[a.test]/", "http://[1.2.3.4]/", "http://[fe80::1%25eth0]/",
    "http://a.test:99999/", "http://a.test:x/", "http://a.test:８０/",
    # ports
    "http://a.test:22/", "http://a.test:6379/", "http://a.test:0/", "https://a.test:8443/",
    # this machine, in every form
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/",
    "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/",
    "http://127.0.0.1./", "http://127.000.000.001/", "http://0/", "http://0.0.0.0/",
    "http://0x/", "http://a.0x7f/", "http://1.2.3.4.5/", "http://256.256.256.256/",
    "http://１２７.０.０.１/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/",
    "http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::ffff:0:127.0.0.1]/",
    # networks inside
    "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "http://100.100.100.200/",
    "http://168.63.129.16/", "http://192.0.0.8/", "http://192.0.0.192/", "http://198.18.0.1/",
    "http://192.0.2.1/", "http://198.51.100.1/", "http://203.0.113.1/", "http://192.88.99.1/",
    "http://224.0.0.1/", "http://239.255.255.250/", "http://240.0.0.1/", "http://255.255.255.255/",
    "http://[fe80::1]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[fec0::1]/",
    "http://[ff02::1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/", "http://[2001:db8::1]/",
    "http://[2001:10::1]/", "http://[100::1]/", "http://[3fff::1]/", "http://[5f00::1]/",
    "http://[2606:4700::5efe:7f00:1]/", "http://[2606:4700::200:5efe:7f00:1]/",
)  # fmt: skip

# What a name server may answer, or a redirect name, to lead a program inside.
INSIDE: tuple[str, ...] = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "100.64.0.1", "169.254.169.254",
    "172.16.0.1", "192.168.1.1", "192.0.0.8", "192.0.0.192", "198.18.0.1", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "168.63.129.16", "192.88.99.1", "::", "::1", "::127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001::1",
    "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "100::1",
    "2606:4700::5efe:a00:1",
)  # fmt: skip
