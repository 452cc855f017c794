"""How figures are written for people."""


def three(score):
    """.973 (.961 to .982)"""
    if len(score) == 1:
        return short(score[0])
    return f"{short(score[0])} ({short(score[1])} to {short(score[2])})"


def short(value):
    text = f"{value:.3f}"
    return text[1:] if text.startswith("0") else text


def signed(score):
    """+.012 (-.010 to +.031)"""
    value, *ends = (("-" if number < 0 else "+") + short(abs(number)) for number in score)
    return f"{value} ({ends[0]} to {ends[1]})" if ends else value


def percent(value):
    return f"{100 * value:.1f} %"
