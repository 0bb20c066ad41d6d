global using StoredValues = Tsm.Storage.Sqlite.SqliteValues;
