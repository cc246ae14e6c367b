"""What a cell of text can mean, wherever it is read: the same signs in every engine."""

#: What is a number: no underscores, no names such as infinity, no digits of other scripts.
NUMBER = r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$"
#: A count that is a thousand in half of Europe, and one elsewhere. White space is spelt out: engines differ in it.
POINT_FOR_THOUSANDS = r"^[ \t\n\v\f\r]*[-+]?[0-9]{1,3}(\.000)+[ \t\n\v\f\r]*$"
TWO_READINGS = "can be read in two ways: with a point for thousands, or for fractions"
#: Largest count that no other rounds to in floating point.
LARGEST = 2.0**53 - 1
