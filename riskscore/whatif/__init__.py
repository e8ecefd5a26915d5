"""What-if: past nights under another policy, before it is put to use: `nights` (what was done), `policy`, `trial`.

Nothing here changes a lake or makes a page; the real slates are drawn in `casework`.
"""
