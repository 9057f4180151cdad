INSERT INTO "result" ("id", "price", "ratio", "ok", "text", "text", "blob", "day", "hour", "at", "span", "stored", "parsed", "uuid", "colour", "list", "any | thing") VALUES
(1, 19.90, 0.1, TRUE, 'Ada', '', X'00ff', '2024-02-29', '09:05:00', '2024-02-29 09:05:00', '26:00:05', '{"a": 1.10,
 "b": []}', '{"a":1.10,"b":[null,true]}', '00000000-0000-0000-0000-000000000007', 'RED', '[1,2]', 7);
