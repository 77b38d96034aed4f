"""Faults made by changing one node of a syntax tree."""

import ast
import copy
import random
from collections.abc import Iterator

from tests.mutations.planted import Fault

_OPERATORS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
# Annotations do nothing, and the words of an error or a log are no result.
_SKIPPED_FIELDS = {"annotation", "returns", "decorator_list"}
_SKIPPED_NODES = (ast.Raise, ast.Import, ast.ImportFrom, ast.JoinedStr)


def changed(node: ast.AST) -> ast.AST | None:
    """The node with its operator, number, condition or statement changed; None if it has none."""
    node = copy.deepcopy(node)
    match node:
        case ast.Compare(ops=[operator, *others]) if type(operator) in _OPERATORS:
            node.ops = [_OPERATORS[type(operator)](), *others]
        case ast.BinOp(op=operator) | ast.BoolOp(op=operator) if type(operator) in _OPERATORS:
            node.op = _OPERATORS[type(operator)]()
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            return operand
        case ast.Constant(value=bool() as value):
            node.value = not value
        case ast.Constant(value=int() | float() as value):
            node.value = value + 1 if isinstance(value, int) else 2 * value + (value == 0)
        case ast.If() | ast.IfExp():
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            return ast.Pass()
        case _:
            return None
    return node


def _places(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """(parent, field, index in the field, child) of every node that may be changed."""
    for field, value in ast.iter_fields(node):
        if field in _SKIPPED_FIELDS:
            continue
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if isinstance(child, ast.AST) and not isinstance(child, _SKIPPED_NODES):
                yield node, field, index, child
                yield from _places(child)


def mutants(file: str, source: str, tests: list[str]) -> list[Fault]:
    """Every fault of one changed node, in the order of the source."""
    tree, faults = ast.parse(source), []
    for parent, field, index, child in _places(tree):
        if (new := changed(child)) is None:
            continue
        _replace(parent, field, index, new)
        change = f"line {child.lineno}: {_short(child)}  ->  {_short(new)}"
        faults.append(Fault(file, ast.unparse(ast.fix_missing_locations(tree)), change, tests))
        _replace(parent, field, index, child)
    return faults


def _replace(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _short(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node)).splitlines()[0]


def draw(faults: list[Fault], count: int, seed: int) -> list[Fault]:
    """A sample of the faults, sorted by file so that those of one file are run together."""
    chosen = random.Random(seed).sample(faults, min(count, len(faults)))
    return sorted(chosen, key=lambda fault: fault.file)
