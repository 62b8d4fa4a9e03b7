"""Files made of tables: CSV, XLSX, ODS, and what describes them (CSVW, JSON-stat).

A service makes a :class:`~chassis.web.render.table.Table` of its state, as it makes bodies of it; what the file looks
like is decided here, alike for every service.
"""
