"""What was written and what was heard meet in one form, and only where they say the same."""

import unittest

from transcript import errors, words

SAME = [
    ("In nineteen ninety-nine, it rained.", "In 1999 it rained."),
    ("twenty twenty-four", "2024"),
    ("two thousand and twenty four", "2024"),
    ("nineteen oh five", "1905"),
    ("three thousand four hundred eighty two users", "3,482 users"),
    ("four dollars and ninety-nine cents", "$4.99"),
    ("one point two million pounds", "£1.2 million"),
    ("nine thirty a.m.", "9:30 AM"),
    ("nine thirty AM", "9.30am"),
    ("six p m", "6 PM"),
    ("five five five, one two three, four five six seven", "555-123-4567"),
    ("October twelfth, twenty twenty four", "October 12th, 2024"),
    ("twenty five percent", "25%"),
    ("minus five degrees celsius", "-5°C"),
    ("sixty kilometers per hour", "60 km/h"),
    ("the nineteen eighties", "the 1980s"),
    ("the nineties", "the '90s"),
    ("Henry the Eighth", "Henry VIII"),
    ("World War Two", "World War II"),
    ("the twenty-first race", "the 21st race"),
    ("Doctor Smith and Mister Jones", "Dr. Smith and Mr. Jones"),
    ("Baker Street", "Baker St."),
    ("Saint Patrick", "St. Patrick"),
    ("the F B I", "the FBI"),
    ("the U.S.A. won", "the USA won"),
    ("example dot com", "example.com"),
    ("a hundred people", "100 people"),
    ("one hundred and five", "105"),
    ("one half of the sugar", "1/2 of the sugar"),
    ("five o'clock", "5 o'clock"),
    ("It’s café time", "its cafe time"),
    ("ten thousand", "10,000"),
    ("two million five hundred thousand", "2,500,000"),
    ("twelve hundred", "1200"),
]


class Transcript(unittest.TestCase):
    def test_the_same_said_in_two_ways(self):
        for one, other in SAME:
            self.assertEqual(words(one), words(other))

    def test_other_words_stay_other(self):
        for one, other in [("fifteen", "50"), ("1998", "1999"), ("four dollars", "four pounds"), ("the FBI", "the FBA")]:
            self.assertGreater(errors(words(one), words(other)), 0, (one, other))

    def test_words_in_front_of_numbers_stay(self):
        self.assertEqual(words("cats and 2 dogs"), ["cats", "and", "2", "dogs"])

    def test_errors_are_counted_once_each(self):
        self.assertEqual(errors("a b c d".split(), "a x c".split()), 2)
        self.assertEqual(errors("the lighthouse stands".split(), "the light house stands".split()), 0)
        self.assertEqual(errors("the light house stands".split(), "the lighthouse stands".split()), 0)


if __name__ == "__main__":
    unittest.main()
