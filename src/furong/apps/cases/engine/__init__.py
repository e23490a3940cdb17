"""The case engine: a procedure's data made to move cases, one transaction an act.

`machine` compiles a procedure version; `roles` says who may act; `answers` reads forms; `clocks`
keeps the limits; `doing` is one act under way; `guards` and `effects` are what procedures call.
"""
