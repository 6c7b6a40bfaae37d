"""Amounts as the site writes them."""

CENTS = 100
WAN = 10_000


def money(fen: int) -> str:
    """Fen as the text of yuan: 171 is 1.71."""
    return f"{fen // CENTS}.{fen % CENTS:02d}"


def price_before(price_fen: int, discount: int) -> int:
    """The price before a discount given in thousandths, always above the price paid; the price itself where 0."""
    return -(-price_fen * 1000 // discount) if discount else price_fen


def shown_pieces(pieces: int) -> str:
    """The rounded text beside the exact count: 销41件, 销6.15万件."""
    if pieces < WAN:
        return f"销{pieces}件"
    return f"销{pieces * CENTS // WAN / CENTS:.2f}".rstrip("0").rstrip(".") + "万件"


def turnover(fen: int) -> str:
    """Turnover of 30 days as shown, floored: 300+, 17万+, empty below 10 yuan."""
    yuan = fen // CENTS
    if yuan >= WAN:
        return f"{yuan // WAN}万+"
    step = 10 ** (len(str(yuan)) - 1)
    return f"{yuan // step * step}+" if yuan >= 10 else ""


def counter(pieces: int) -> str:
    """A counter as the second site shows it, exact below ten thousand and floored above: 356, 1.2万+."""
    tenths = pieces * 10 // WAN
    return str(pieces) if pieces < WAN else f"{tenths // 10}.{tenths % 10}万+"
