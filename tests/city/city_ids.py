"""Numbers of the sample city that are plainly synthetic: phones 1990000xxxx, credit codes and parts of 9901xx."""

CREDIT_SET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
BODY_SET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def credit_check(first17):
    """The 18th character of a unified social credit code (GB 32100-2015)."""
    total = sum(CREDIT_SET.index(c) * w for c, w in zip(first17, CREDIT_WEIGHTS))
    return CREDIT_SET[(31 - total % 31) % 31]


def body_check(first8):
    """The check character of the nine-character subject part, modulo 11."""
    rest = 11 - sum(BODY_SET.index(c) * w for c, w in zip(first8, BODY_WEIGHTS)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def credit_code(area, serial, kind="92"):
    body = f"MA9{serial:05d}"
    first17 = kind + area + body + body_check(body)
    return first17 + credit_check(first17)


def credit_code_valid(code):
    return (
        len(code) == 18
        and all(c in CREDIT_SET for c in code)
        and body_check(code[8:16]) == code[16]
        and credit_check(code[:17]) == code[17]
    )


def break_credit_code(code):
    """The same code with its last character changed: what a tired clerk types."""
    return code[:17] + CREDIT_SET[(CREDIT_SET.index(code[17]) + 7) % 31]


def phone(serial):
    if not 0 <= serial <= 9999:
        raise ValueError(f"phone serial {serial} is outside 0..9999")
    return f"1990000{serial:04d}"


def mask_phone(number):
    return number[:3] + "****" + number[7:]
