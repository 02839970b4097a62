"""The reader of what the compiler serialises."""

from hypothesis import given
from hypothesis import strategies as st

from bot.policy.tree import Op
from tests.bot.policy.kit import a_condition


def test_a_comparison_is_a_call_of_a_name_and_a_number() -> None:
    tree = a_condition("scores.scam >= 0.5").tree

    assert (tree.op, tree.name, tree.type) == (Op.CALL, "_>=_", "bool")
    assert [part.name or part.value for part in tree.parts] == ["scores.scam", 0.5]


def test_a_method_has_its_target_before_its_arguments() -> None:
    tree = a_condition("text.content.contains('x')").tree

    assert [part.name or part.value for part in tree.parts] == ["text.content", "x"]


def test_places_are_counted_in_characters() -> None:
    tree = a_condition("text.content == '😀' && complete").tree

    assert tree.parts[1].at == len("text.content == '😀' && ")


def test_a_loop_binds_a_fact() -> None:
    tree = a_condition("facts.exists(f, f.kind == 'logo')").tree

    fields = [node for node in tree.walk() if node.op is Op.FIELD]
    assert [(node.name, node.parts[0].type) for node in fields] == [("kind", "fact")]


@given(st.integers(-(2**62), 2**62))
def test_whole_numbers_read_back(number: int) -> None:
    tree = a_condition(f"image.count == {number}").tree

    written = [node.value for node in tree.walk() if node.op is Op.CONST]
    assert written in ([number], [-number])


@given(st.floats(0, 1e300, allow_nan=False).filter(lambda x: "e" not in repr(x)))
def test_fractions_read_back(number: float) -> None:
    tree = a_condition(f"scores.scam == {number!r}").tree

    assert tree.parts[1].value == number
