{{ lake_export() }}
