{{ truepoint.lake_export() }}
