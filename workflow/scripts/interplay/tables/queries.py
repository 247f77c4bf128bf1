"""Select rows of a table by a query, a small language that evaluates nothing else.

    query    =  and-query { "or" and-query }
    and      =  negation { "and" negation }
    negation =  "not" negation | comparison
    compared =  operand { ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in") operand }
    operand  =  number | number * column | 'text' | [list] | option | column
                | column.notna() | column.isna() | True | False | ( query )
    option   =  @name { "[" constant "]" }, a list or a mapping, of which the values count

Claims and numbers name their rows by such a query, which is stored in
tables that anyone may have edited. On these queries the result is that of `DataFrame.query`,
which would also call functions.
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from interplay.storage.errors import InputError

TOKEN = re.compile(
    r"\s*(?:(?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<option>@[A-Za-z_]\w*)"
    r"|(?P<test>\.(?:notna|isna)\(\))"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,|\*))"
)

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def select(table: pd.DataFrame, query: str, **options: Any) -> pd.DataFrame:
    """Return the rows for which a query is true.

    Args:
        table: any table.
        query: in the language of this module; all rows if empty.
        options: values that the query names with @.

    Raises:
        InputError: the query is not of this language, or names no column or option.
    """
    if not query:
        return table
    parser = _Parser(table, query, options)
    return table[parser.condition(parser.whole())]


class _Parser:
    """Recursive descent over the tokens of one query; values are columns or constants."""

    def __init__(self, table: pd.DataFrame, query: str, options: Mapping[str, Any]):
        self.table, self.query, self.options = table, query, options
        self.no_rows = table.empty
        self.tokens = self._tokens()

    def error(self, expected: str) -> InputError:
        return InputError(f"query {self.query!r}: expected {expected}")

    def _tokens(self) -> list[tuple[str, str]]:
        found, end = [], 0
        text = self.query.strip()
        while end < len(text):
            match = TOKEN.match(text, end)
            if match is None:
                raise self.error(f"columns, constants and comparisons at {text[end:]!r}")
            kind = match.lastgroup or ""
            found.append((kind, match[kind]))
            end = match.end()
        return [*found, ("end", "")]

    def whole(self) -> Any:
        value = self.any_of()
        if self.tokens[0][0] != "end":
            raise self.error(f"its end, found {self.tokens[0][1]!r}")
        return value

    def accept(self, *words: str) -> bool:
        """Take the next tokens if they are these."""
        if [text for _, text in self.tokens[: len(words)]] != list(words):
            return False
        del self.tokens[: len(words)]
        return True

    def any_of(self) -> Any:
        value = self.all_of()
        while self.accept("or"):
            value = self.condition(value) | self.condition(self.all_of())
        return value

    def all_of(self) -> Any:
        value, table, met = self.negation(), self.table, []
        while self.accept("and"):
            # Of millions of rows, the first condition often leaves thousands for the next.
            met.append(self.condition(value).to_numpy(copy=True))
            self.table = self.table[met[-1]]
            value = self.negation()
        if not met:
            return value
        rows = self.condition(value)
        for before in reversed(met):
            before[before] = rows
            rows = before
        self.table = table
        return pd.Series(rows, table.index)

    def negation(self) -> Any:
        if self.accept("not"):
            return ~self.condition(self.negation())
        return self.comparison()

    def comparison(self) -> Any:
        left = self.operand()
        met = None
        while compare := self._comparison():
            right = self.operand()
            here = compare(left, right)
            met, left = here if met is None else met & here, right
        return left if met is None else met

    def _comparison(self) -> Callable[[Any, Any], Any] | None:
        for sign, compare in COMPARISONS.items():
            if self.accept(sign):
                return self._compared(compare)
        if self.accept("not", "in"):
            return lambda left, right: ~self._among(left, right)
        return self._among if self.accept("in") else None

    def _compared(self, compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def of(left: Any, right: Any) -> Any:
            if isinstance(left, list) or isinstance(right, list):
                raise self.error("`in` before a list")
            try:
                return compare(left, right)
            except TypeError:
                raise self.error("values that can be compared") from None

        return of

    def _among(self, left: Any, right: Any) -> Any:
        if not isinstance(left, pd.Series) or not isinstance(right, list | tuple):
            raise self.error("a column before `in` and a list after it")
        return left.isin(right)

    def operand(self) -> Any:
        kind, text = self.tokens.pop(0)
        if kind == "number":
            value = float(text) if re.search(r"[.eE]", text) else int(text)
            return value * self._numbers() if self.accept("*") else value
        if kind == "text":
            return text[1:-1]
        if kind == "option" and text[1:] in self.options:
            return self._part_of(self.options[text[1:]])
        if text == "(":
            value = self.any_of()
            self._expect(")")
            return value
        if text == "[":
            return self._items()
        if text in ("True", "False"):
            return text == "True"
        if kind == "name" and text in self.table.columns:
            return self._column(self.table[text])
        if kind == "name":
            raise self.error(f"a column of the table, found {text!r}")
        raise self.error(f"a column or a constant, found {text!r}")

    def _numbers(self) -> pd.Series:
        kind, name = self.tokens.pop(0)
        if kind == "name" and name in self.table.columns:
            column = self.table[name]
            # Columns of a table without rows have no type of their own.
            if self.no_rows or pd.api.types.is_numeric_dtype(column):
                return column.astype(float)
        raise self.error(f"a column of numbers after *, found {name!r}")

    def _part_of(self, option: Any) -> Any:
        while self.accept("["):
            key = self.operand()
            self._expect("]")
            try:
                option = option[key]
            except (LookupError, TypeError):
                raise self.error(f"an option with {key!r}") from None
        return list(option.values()) if isinstance(option, Mapping) else option

    def _column(self, column: pd.Series) -> pd.Series:
        if self.accept(".notna()"):
            return column.notna()
        return column.isna() if self.accept(".isna()") else column

    def _items(self) -> list[Any]:
        items = []
        while not self.accept("]"):
            items.append(self.operand())
            if not self.accept(","):
                self._expect("]")
                break
        return items

    def _expect(self, sign: str) -> None:
        if not self.accept(sign):
            raise self.error(f"{sign!r}, found {self.tokens[0][1]!r}")

    def condition(self, value: Any) -> pd.Series:
        """Return a value as the condition that it has to be: bool, (row,)."""
        if isinstance(value, pd.Series) and (self.no_rows or value.dtype == bool):
            return value.astype(bool)
        raise self.error("a condition on columns")
