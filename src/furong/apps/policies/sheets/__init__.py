"""A list of policies as a spreadsheet, out and back: one policy a row, its worked cases beside it.

    sheet = read_policies(path, known)          # headings known by their words, whatever their order
    planned = plan(sheet, day=…)                # the verdict on every row; nothing is written
    taken = take_over(planned, by=…, at=…)      # every good row becomes a draft, or nothing of it

`policies_book` is the way out. What a sheet cannot say of a policy, it names (`rows.lost`).
"""
